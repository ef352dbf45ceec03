import { setImmediate as turn } from "node:timers/promises";
import { createAuth, type Auth, type AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { failed, type Entrant } from "../harness/contestant.ts";
import { countCalls, type CountedStore } from "../harness/counting-store.ts";
import { FreshHeaders } from "../harness/headers.ts";

/** A secret for benchmarks; nothing real is signed with it. */
export const benchSecret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-bench";

/** The options of an engine that is measured. */
export const benchOptions: Omit<AuthOptions, "store"> = {
  secret: benchSecret,
  baseUrl: "https://app.example.com",
  // Once a minute each session is read again and noted as seen; `stores` measures that. Here it must not fall into a sample.
  revocation: { cacheMaxAge: "30m" },
  session: { touchEvery: "30m" },
};

/** An engine on a memory store, with sessions that it has seen. */
export interface SymbolonWorld {
  readonly auth: Auth;
  readonly counted: CountedStore;
  /** One `Cookie` field for each session. */
  readonly cookies: readonly string[];
  /** Authenticates them all once. */
  readonly seeAll: () => Promise<void>;
}

/** Makes an engine and signs so many users in. */
export async function symbolonWorld(sessions: number): Promise<SymbolonWorld> {
  const counted = countCalls(memoryStore({ maxSessions: 2 * sessions + 1_000 }));
  const auth = createAuth({ ...benchOptions, store: counted.store });
  const cookies: string[] = [];
  for (let index = 0; index < sessions; index += 1) cookies.push(await signIn(auth, index));
  return {
    auth,
    counted,
    cookies,
    async seeAll() {
      await turn();
      for (const cookie of cookies) {
        if ((await auth.authenticate({ cookie })) === null) throw failed("symbolon");
      }
    },
  };
}

/** Signs a user in; answers the cookie as a browser sends it back. */
async function signIn(auth: Auth, index: number): Promise<string> {
  const { cookies } = await auth.signIn(
    { userId: `user-${index}`, claims: { role: "member" } },
    { method: "POST", headers: { host: "app.example.com", "sec-fetch-site": "same-origin" } },
  );
  return cookies[0]?.split(";", 1)[0] ?? "";
}

/** What a browser sends besides: cookies of analytics and of consent. */
const otherCookies =
  "_ga=GA1.2.1373284936.1763900000; _gid=GA1.2.853129.1763900000; consent=2025-11-01T08:00:00Z%3Aall; locale=en-GB";

/** `auth.authenticate` with a session that was seen before. */
export function symbolonEntrants(sessions: number): Entrant[] {
  return [
    { name: "symbolon", make: () => authenticating(sessions, (cookie) => cookie) },
    {
      name: "symbolon, among five cookies",
      make: () => authenticating(sessions, (cookie) => `${otherCookies}; ${cookie}`),
    },
    { name: "symbolon, 1,000 revocations/s", make: () => amongRevocations(sessions) },
  ];
}

async function authenticating(
  sessions: number,
  fieldOf: (cookie: string) => string,
): ReturnType<Entrant["make"]> {
  const { auth, counted, cookies, seeAll } = await symbolonWorld(sessions);
  const fresh = new FreshHeaders(cookies.map(fieldOf));
  return {
    kind: "symbolon",
    batch(count) {
      const inputs = fresh.take(count);
      return async () => {
        for (const headers of inputs) {
          if ((await auth.authenticate(headers)) === null) throw failed("symbolon");
        }
      };
    },
    settle: seeAll,
    counts: () => ({ "store calls": counted.calls() }),
    close: () => auth.close(),
  };
}

/** Another engine on the same store ends a thousand sessions a second, of which the measured one learns by its log. */
async function amongRevocations(sessions: number): ReturnType<Entrant["make"]> {
  const { auth, counted, cookies, seeAll } = await symbolonWorld(sessions);
  const other = createAuth({ ...benchOptions, store: counted.store });
  const fresh = new FreshHeaders(cookies);
  let received = 0;
  auth.on("revocation.lag", ({ entries }) => (received += entries));
  let revoked = 0;
  let sentAt = performance.now();
  let flowedMs = 0;

  async function revokeOne(): Promise<void> {
    const { principal } = await other.signIn(
      { userId: `other-${revoked}` },
      { method: "POST", headers: { host: "app.example.com", "sec-fetch-site": "same-origin" } },
    );
    await other.sessions.revoke(principal.sessionId);
    revoked += 1;
  }

  return {
    kind: "symbolon",
    note: "each check meets a log that has grown since the session was last judged",
    async settle() {
      await seeAll();
      sentAt = performance.now();
    },
    async beside() {
      const passedMs = performance.now() - sentAt;
      const due = Math.floor(passedMs);
      if (due === 0) return;
      sentAt += due;
      flowedMs += due;
      for (let sent = 0; sent < due; sent += 1) await revokeOne();
      const arrived = (): boolean => received >= revoked;
      for (let turns = 0; turns < 1_000 && !arrived(); turns += 1) await turn();
    },
    batch(count) {
      const inputs = fresh.take(count);
      return async () => {
        for (const headers of inputs) {
          if ((await auth.authenticate(headers)) === null) throw failed("symbolon");
        }
      };
    },
    counts: () => ({ "store calls": counted.calls() }),
    facts: () => ({
      "revocations that flowed past": received,
      "of those sent": revoked,
      "for each second": (1_000 * received) / Math.max(1, flowedMs),
    }),
    async close() {
      await auth.close();
      await other.close();
    },
  };
}
