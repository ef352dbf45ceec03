import { createAuth, type Auth, type AuthOptions, type Principal, type Store } from "symbolon";
import type { LegacyLogin, LegacySource } from "symbolon/legacy";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { headerOf } from "../../src/http/headers.ts";
import { testSecret } from "../support/auth.ts";
import { InstrumentedStore } from "../support/instrumented-store.ts";
import { withStoreClock } from "../support/store-clock.ts";

/** Sessions of some other library: `old=<id>` is the cookie. */
export class OldStore {
  readonly logins: Map<string, LegacyLogin> = new Map();
  reads: number = 0;
  endings: number = 0;
  /** What a call throws while it is set. */
  readFailure: Error | null = null;
  endFailure: Error | null = null;
  /** Reads wait for it. */
  gate: Promise<void> = Promise.resolve();
  keepsCookie: boolean = false;

  source(name = "old"): LegacySource {
    return {
      name,
      cookies: this.keepsCookie ? [] : [{ name: "old" }],
      sessionIdIn: (headers) =>
        /(?:^|; )old=([^;]+)/.exec(headerOf(headers, "cookie") ?? "")?.[1] ?? null,
      find: async ({ sessionId }) => {
        this.reads += 1;
        const login = this.logins.get(sessionId) ?? null;
        await this.gate;
        if (this.readFailure !== null) throw this.readFailure;
        return login;
      },
      end: async ({ sessionId }) => {
        this.endings += 1;
        if (this.endFailure !== null) throw this.endFailure;
        this.logins.delete(sessionId);
      },
    };
  }
}

export interface OldProcess {
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
  readonly failures: string[];
  readonly started: string[];
}

/** What came of one request. */
export interface Visit {
  readonly status: number;
  readonly code: string | null;
  readonly principal: Principal | null;
  readonly retryAfter: string | null;
  /** Name to value; empty for one that was taken away. */
  readonly cookies: ReadonlyMap<string, string>;
}

/** Processes on one store, in front of one old store, and one time. */
export class OldWorld {
  readonly clock: FakeClock = new FakeClock();
  readonly old: OldStore = new OldStore();
  readonly shared: Store;
  readonly processes: OldProcess[] = [];
  readonly #options: Partial<AuthOptions>;

  constructor(options: Partial<AuthOptions> = {}) {
    this.#options = options;
    const memory = memoryStore();
    // They give each other no hints: what one has done, the others hear when they ask.
    const revocation = { ...memory.revocation, onHint: async () => async () => undefined };
    this.shared = withStoreClock({ ...memory, revocation }, this.clock);
  }

  start(): OldProcess {
    const clock = new FakeClock(this.clock.now());
    const store = new InstrumentedStore(this.shared);
    const auth = createAuth({
      secret: testSecret,
      store: store.store,
      clock,
      baseUrl: "https://app.example.com",
      legacy: [this.old.source()],
      ...this.#options,
    });
    const failures: string[] = [];
    const started: string[] = [];
    auth.on("store.failed", ({ method }) => void failures.push(method));
    auth.on("session.started", ({ sessionId }) => void started.push(sessionId));
    auth.on("warning", () => undefined);
    const process = { auth, clock, store, failures, started };
    this.processes.push(process);
    return process;
  }

  /** A login there, of an hour ago unless it says otherwise. */
  login(id: string, login: Partial<LegacyLogin> = {}): string {
    const authenticatedAt = this.clock.now() - 3_600_000;
    this.old.logins.set(id, { userId: "user-1", authenticatedAt, ...login });
    return `old=${id}`;
  }

  advance(ms: number): void {
    for (const clock of [this.clock, ...this.processes.map((each) => each.clock)])
      clock.advance(ms);
  }
}

/** One request of a browser with these cookies to an application's route. */
export async function visit(
  { auth }: Pick<OldProcess, "auth">,
  cookie: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Visit> {
  let principal: Principal | null = null;
  const request = new Request("https://app.example.com/page", {
    method,
    headers: { host: "app.example.com", cookie, ...headers },
  });
  const answer = await auth.respond(
    request,
    async (requestAuth) => {
      principal = requestAuth.principal;
      return new Response("page");
    },
    { encrypted: true },
  );
  const text = await answer.text();
  const cookies = new Map<string, string>();
  for (const field of answer.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(field) ?? [];
    cookies.set(name, value);
  }
  const problem = answer.ok ? null : (JSON.parse(text) as { readonly code: string });
  return {
    status: answer.status,
    code: problem?.code ?? null,
    principal,
    retryAfter: answer.headers.get("retry-after"),
    cookies,
  };
}

export const ownName = "__Host-sym";

/** The Cookie header with the session cookie that an answer set. */
export function ownCookie({ cookies }: Visit): string {
  const value = cookies.get(ownName) ?? "";
  if (value === "") throw new Error("the answer sets no session cookie");
  return `${ownName}=${value}`;
}
