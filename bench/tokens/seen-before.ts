import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Entrant } from "../harness/contestant.ts";
import { byEffort } from "../harness/effort.ts";
import { brief, type Part, type Target } from "../harness/report.ts";
import { measure, type Figures } from "../harness/rounds.ts";
import { bearerHeaders, checking, checkingAwaited, tokenOf, verifying } from "./contestants.ts";
import { fastJwtVerifier } from "./peers.ts";
import { tokenWorld } from "./token-world.ts";

const irrevocable = "good until it expires, whatever is revoked";
const cached = "fast-jwt, its cache";

/** Tokens that the process has verified before: all contestants have those of HS256, whose hash fast-jwt makes soonest. */
export async function measureSeenBefore(options: BenchOptions): Promise<Part> {
  const count = byEffort(options.effort, { full: 10_000, quick: 2_000, tiny: 20 });
  const entrants: Entrant[] = [
    { name: "hand-written", make: () => handWritten(count) },
    { name: "symbolon, jwt", make: () => authenticating("jwt", count) },
    { name: "symbolon, hybrid", make: () => authenticating("hybrid", count) },
    { name: cached, make: () => fastJwtCache(count, {}) },
    {
      name: "fast-jwt, its cache by the whole token",
      make: () => fastJwtCache(count, { cacheKeyBuilder: (token) => token }),
    },
  ];
  const contestants = await admit(entrants, options);
  if (contestants.length === 0) return { sections: [], targets: [] };
  const figures = await measure(contestants, options.effort, "symbolon, jwt");
  for (const contestant of contestants) await contestant.close?.();
  const section = sectionOf(
    "an access token seen before",
    `${count.toLocaleString("en")} tokens in shuffled order, each request with fresh header strings.`,
    figures,
    "symbolon, jwt",
  );
  return { sections: [section], targets: targetsOf(figures) };
}

/** A map from tokens to what they said, and the time until which they are good. */
async function handWritten(count: number): ReturnType<Entrant["make"]> {
  const { auth, tokens } = await tokenWorld({ algorithm: "HS256", count });
  await auth.close();
  const expiresAt = Date.now() + 86_400_000;
  const known = new Map(tokens.map((token, index) => [token, { sub: `user-${index}`, expiresAt }]));
  return {
    kind: "floor",
    note: `a Map from whole tokens to their claims; ${irrevocable}`,
    batch: checking("hand-written", bearerHeaders(tokens), (headers) => {
      const claims = known.get(tokenOf(headers));
      return claims !== undefined && claims.expiresAt > Date.now();
    }),
  };
}

async function authenticating(
  strategy: "hybrid" | "jwt",
  count: number,
): ReturnType<Entrant["make"]> {
  const world = await tokenWorld({ strategy, algorithm: "HS256", count });
  const { auth, counted, tokens, seeAll } = world;
  return {
    kind: "symbolon",
    batch: checkingAwaited("symbolon", bearerHeaders(tokens), (headers) =>
      auth.authenticate(headers),
    ),
    settle: seeAll,
    counts: () => ({ "store calls": counted.calls() }),
    facts: () => ({ "characters of a token": tokens[0]?.length ?? 0 }),
    close: () => auth.close(),
  };
}

async function fastJwtCache(
  count: number,
  { cacheKeyBuilder }: { readonly cacheKeyBuilder?: (token: string) => string },
): ReturnType<Entrant["make"]> {
  const { auth, tokens, key } = await tokenWorld({ algorithm: "HS256", count });
  await auth.close();
  const verify = await fastJwtVerifier("HS256", key, {
    cache: 2 * count,
    ...(cacheKeyBuilder && { cacheKeyBuilder }),
  });
  return {
    kind: "peer",
    note: `every token is in it; ${irrevocable}`,
    batch: verifying("fast-jwt", bearerHeaders(tokens), { verify, awaited: false }),
    async settle() {
      for (const token of tokens) {
        if (verify(token).sub === undefined) throw failed("fast-jwt");
      }
    },
  };
}

function targetsOf(figures: readonly Figures[]): Target[] {
  const own = figures.filter(({ kind }) => kind === "symbolon");
  const targets: Target[] = own.map(({ name, facts, cpuMicroseconds: { median } }) => ({
    target: `${name}: a token seen before, of ${facts?.["characters of a token"]} characters: at most 2 µs`,
    measured: `${brief(median)} µs`,
    met: median <= 2,
  }));
  const floor = figures.find(({ name }) => name === "hand-written")?.ratio;
  if (floor) {
    const times = 1 / floor.median;
    targets.push({
      target:
        "a token seen before: at most 2.2x the hand-written map, which took 0.9 µs where 2 µs was asked for",
      measured: `${brief(times)}x`,
      met: times <= 2.2,
    });
  }
  const ratio = figures.find(({ name }) => name === cached)?.ratio;
  if (ratio) {
    targets.push({
      target: `at least 2x ${cached}, every token in it`,
      measured: `${brief(ratio.median)}x`,
      met: ratio.median >= 2,
    });
  }
  for (const { name, counts } of own) {
    const calls = counts?.["store calls"] ?? Number.NaN;
    targets.push({ target: `no store call: ${name}`, measured: String(calls), met: calls === 0 });
  }
  return targets;
}
