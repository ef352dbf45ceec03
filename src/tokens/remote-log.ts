import { AuthError } from "../core/errors.ts";
import type {
  FollowedStore,
  SyncAnswer,
  SyncingProcess,
  SyncRequest,
} from "../core/revocation/revocation-store.ts";
import type { Clock } from "../util/clock.ts";
import type { JsonObject } from "../util/json.ts";
import { isJsonObject, parseStrictJson } from "../util/strict-json.ts";
import { exchange, type Fetch, readText } from "./exchange.ts";
import type { LogSource } from "./log-feed.ts";
import { Pace } from "./pace.ts";
import { type IssuerLimits, parseLimits, parseSyncAnswer } from "./sync-answer.ts";

export interface RemoteLogConfig {
  /** The issuer's `POST /auth/revocations`. */
  readonly url: string;
  /** The `Authorization` field by which the issuer knows this service. */
  readonly authorization: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** The lease and `staleFor` together. */
  readonly liveForMs: number;
}

/** A quarter of a million entries: 70 revocations a second for an hour. */
const maxBytes = 67_108_864;

/** Of the lease: how long a question may wait at the issuer. One that is lost then leaves time for another. */
const waitShare = 1 / 2;
/** Of the lease: how long an answer may take that need not wait; and how much longer than the wait one that may. */
const timeoutShare = 1 / 2;
const graceShare = 1 / 4;

/**
 * The issuer's log over HTTP. The issuer syncs with its store in our name, so the store knows this service as a process like
 * its own; nothing else can be done here, least of all write.
 */
export class RemoteLog implements FollowedStore, LogSource {
  readonly #config: RemoteLogConfig;
  readonly #paces: Pace[] = [];
  readonly #opening: Pace;
  readonly #pauses = new Set<() => void>();
  #limits: IssuerLimits | null = null;
  #problem: unknown = null;
  #isStopped = false;

  constructor(config: RemoteLogConfig) {
    this.#config = config;
    this.#opening = this.#pace(0);
  }

  async open(): Promise<{ readonly store: FollowedStore; readonly partitions: number }> {
    // Who comes while the issuer is known to be away does not wait for it.
    if (this.#opening.delayMs > 0) throw this.#problem;
    this.#opening.ask();
    try {
      const limits = parseLimits(await this.#request("GET", this.#config.url));
      const { liveForMs } = this.#config;
      if (liveForMs > limits.liveForMs) {
        throw new Error(
          `lease and staleFor must be at most ${limits.liveForMs - 1} ms together, which is what the issuer waits for`,
        );
      }
      this.#opening.answered(false);
      this.#adopt(limits);
      return { store: this, partitions: limits.partitions };
    } catch (error) {
      this.#opening.failed();
      this.#problem = error;
      throw error;
    }
  }

  #adopt(limits: IssuerLimits): void {
    this.#limits = limits;
    const leaseMs = Math.min(this.#config.leaseMs, limits.leaseMs);
    const waitMs = Math.min(Math.floor(leaseMs * waitShare), limits.waitMs);
    for (let nth = 0; nth < limits.partitions; nth += 1) this.#paces.push(this.#pace(waitMs));
  }

  #pace(waitMs: number): Pace {
    const { clock, leaseMs } = this.#config;
    return new Pace({ clock, leaseMs, waitMs, random: () => Math.random() });
  }

  /** @throws AuthError `store_unavailable`, with the cause */
  async sync({ partition, processId, cursor, liveForMs }: SyncRequest): Promise<SyncAnswer> {
    const pace = this.#paces[partition];
    if (pace === undefined || this.#limits === null) {
      throw new RangeError(`there is no log ${partition}`);
    }
    const called = this.#config.clock.monotonic();
    await this.#pause(pace.delayMs);
    try {
      if (this.#isStopped) throw new Error("this service has stopped");
      const pausedMs = this.#config.clock.monotonic() - called;
      const waitMs = pace.ask();
      const body = { partition, processId, cursor, liveForMs, waitMs };
      const { partitions } = this.#limits;
      const answered = await this.#request("POST", this.#config.url, { body, waitMs });
      const answer = parseSyncAnswer(answered, partitions);
      pace.answered((answer.entries.at(-1)?.seq ?? cursor?.seq) !== cursor?.seq);
      return { ...answer, heldForMs: pausedMs + (answer.heldForMs ?? 0) };
    } catch (cause) {
      pace.failed();
      throw new AuthError("store_unavailable", { cause, retryAfterSeconds: 1 });
    }
  }

  /** What the log has lost is written back by the issuer's own processes; here it is obeyed all the same. */
  async restore(): Promise<void> {}

  async processes(): Promise<readonly SyncingProcess[]> {
    throw new TypeError("a service does not know who else follows the log");
  }

  async leave(processId: string): Promise<void> {
    try {
      const url = new URL(this.#config.url);
      url.pathname = `${url.pathname.replace(/\/$/, "")}/${processId}`;
      await this.#request("DELETE", url.href);
    } catch {
      // An issuer that does not hear it waits for this process until its lease has passed, and no longer.
    }
  }

  /** Pauses end now. A question that is under way is not taken back: it would arrive after we have left. */
  stop(): void {
    this.#isStopped = true;
    for (const end of this.#pauses) end();
  }

  async close(): Promise<void> {}

  async #pause(ms: number): Promise<void> {
    if (ms === 0 || this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const cancel = this.#config.clock.schedule(ms, end);
      this.#pauses.add(end);
    });
  }

  /** The JSON object that the issuer answers; an empty one for an answer without a body. */
  #request(
    method: "GET" | "POST" | "DELETE",
    url: string,
    { body, waitMs = 0 }: { readonly body?: object; readonly waitMs?: number } = {},
  ): Promise<JsonObject> {
    const { authorization, fetch, clock, leaseMs } = this.#config;
    const timeoutMs = Math.floor(leaseMs * timeoutShare);
    const withWait = waitMs === 0 ? timeoutMs : waitMs + Math.floor(leaseMs * graceShare);
    const init = {
      method,
      headers: {
        authorization,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return exchange({ url, init, fetch, clock, timeoutMs: withWait }, async (response) => {
      if (response.status === 204) return {};
      const text = await readText(response, response.status === 200 ? maxBytes : maxProblemBytes);
      const answer = text === null ? undefined : parseStrictJson(text);
      if (response.status !== 200) throw refusal(`${method} ${url}`, response.status, answer);
      if (!isJsonObject(answer)) throw new Error(`${url} answered no JSON object`);
      return answer;
    });
  }
}

const maxProblemBytes = 65_536;

/** What an operator has to know: the status, and what the issuer's problem document says. */
function refusal(question: string, status: number, answer: unknown): Error {
  const problem = answer as { readonly code?: unknown; readonly errors?: unknown } | undefined;
  const says = [problem?.code, problem?.errors].filter((part) => part !== undefined);
  const details = says.map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  return new Error([`${question} was answered ${status}`, ...details].join(": "));
}
