import { createAuth, type Auth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { algorithms, type AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Entrant } from "../harness/contestant.ts";
import { countCalls } from "../harness/counting-store.ts";
import { byEffort } from "../harness/effort.ts";
import type { Part, Section } from "../harness/report.ts";
import { measure } from "../harness/rounds.ts";
import { withWarmUp } from "./contestants.ts";
import { tokenOptions } from "./token-world.ts";

/** Trades refresh tokens, and tells how large what clients hold is. */
export async function measureRefreshing(options: BenchOptions): Promise<Part> {
  const count = byEffort(options.effort, { full: 10_000, quick: 1_000, tiny: 20 });
  const baseline = "refreshing: HS256";
  const contestants = await admit(
    (["HS256", "EdDSA"] as const).map((algorithm) => ({
      name: `refreshing: ${algorithm}`,
      make: () => refreshing(algorithm, count),
    })),
    options,
  );
  const sections: Section[] = [];
  if (contestants.length > 0) {
    const figures = await measure(contestants, withWarmUp(options.effort), baseline);
    for (const contestant of contestants) await contestant.close?.();
    sections.push(
      sectionOf(
        "a refresh",
        "auth.refresh on the memory store: the session is read, the refresh token judged, the next one made, an access token signed. Each token is traded once before any again, by a client that keeps what it is given.",
        figures,
        baseline,
      ),
    );
  }
  if (options.only === null) sections.push(await measureBytes());
  return { sections, targets: [] };
}

interface Client {
  refreshToken: string;
}

async function refreshing(algorithm: AlgorithmName, count: number): ReturnType<Entrant["make"]> {
  const { store, calls } = countCalls(memoryStore({ maxSessions: 2 * count + 1_000 }));
  const auth = createAuth({ ...tokenOptions("hybrid", algorithm, 0), store });
  const clients: Client[] = [];
  for (let index = 0; index < count; index += 1) {
    const { tokens } = await signIn(auth, `user-${index}`);
    clients.push({ refreshToken: tokens?.refreshToken ?? "" });
  }
  let next = 0;
  let refreshes = 0;
  let answered = 0;
  let storeCalls = 0;
  return {
    kind: "symbolon",
    batch: (size) => async () => {
      const before = calls();
      for (let done = 0; done < size; done += 1) {
        const client = clients[next++ % clients.length];
        if (client === undefined) throw failed("symbolon");
        const { tokens } = await auth.refresh(request, { refreshToken: client.refreshToken });
        if (tokens?.accessToken === undefined) throw failed("symbolon");
        if (tokens.refreshToken !== undefined) {
          client.refreshToken = tokens.refreshToken;
          answered += 1;
        }
      }
      refreshes += size;
      storeCalls += calls() - before;
    },
    facts: () => ({
      "store calls for each": storeCalls / refreshes,
      "new refresh tokens for each": answered / refreshes,
    }),
    close: () => auth.close(),
  };
}

const request = { method: "POST", headers: { host: "example.com" } } as const;

function signIn(auth: Auth, userId: string): ReturnType<Auth["signIn"]> {
  return auth.signIn({ userId, claims: { role: "member" }, delivery: "body" }, request);
}

/** What a client holds: tokens as characters, cookies as a browser sends them back. */
async function measureBytes(): Promise<Section> {
  const rows: Record<string, string | number>[] = [];
  for (const algorithm of Object.keys(algorithms) as AlgorithmName[]) {
    const auth = createAuth({ ...tokenOptions("hybrid", algorithm, 0), store: memoryStore() });
    const userId = "9b2f6c1e-7d34-4e0a-8f51-3c6d2a9e7b10";
    const { tokens } = await signIn(auth, userId);
    const { cookies } = await auth.signIn(
      { userId, claims: { role: "member" } },
      { method: "POST", headers: { host: "example.com", "sec-fetch-site": "same-origin" } },
    );
    await auth.close();
    rows.push({
      "": algorithm,
      "access token": tokens?.accessToken?.length ?? Number.NaN,
      "refresh token": tokens?.refreshToken?.length ?? Number.NaN,
      ...Object.fromEntries(
        cookies.map((field) => {
          const [pair = ""] = field.split(";", 1);
          return [`cookie ${pair.slice(0, pair.indexOf("="))}`, pair.length];
        }),
      ),
    });
  }
  return {
    title: "bytes of what a client holds",
    about:
      "A user id of 36 characters, one claim of the application, a short issuer and audience; cookies as name and value.",
    rows,
    data: { bytes: rows },
  };
}
