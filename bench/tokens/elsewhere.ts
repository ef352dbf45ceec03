import { createTokenVerifier, type TokenVerifier } from "symbolon/tokens";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import type { Entrant } from "../harness/contestant.ts";
import { byEffort } from "../harness/effort.ts";
import { type Part, type Target } from "../harness/report.ts";
import { measure, type Figures } from "../harness/rounds.ts";
import {
  bearerHeaders,
  checkingAwaited,
  checkingTogether,
  tokenOf,
  width,
  within,
  withWarmUp,
} from "./contestants.ts";
import { expected, tokenWorld } from "./token-world.ts";

/** Another service: `symbolon/tokens`, which works with WebCrypto, beside the library that does so too. */
export async function measureElsewhere(options: BenchOptions): Promise<Part> {
  const parts: Part[] = [];
  for (const algorithm of ["EdDSA", "ES256"] as const) {
    parts.push(await measureAlgorithm(algorithm, options));
  }
  return {
    sections: parts.flatMap(({ sections }) => sections),
    targets: parts.flatMap(({ targets }) => targets),
  };
}

async function measureAlgorithm(algorithm: AlgorithmName, options: BenchOptions): Promise<Part> {
  const count = byEffort(options.effort, { full: 10_000, quick: 1_000, tiny: 5 });
  const jose = `${algorithm} elsewhere: jose`;
  const first = `${algorithm} elsewhere: symbolon/tokens, first sight`;
  const seen = `${algorithm} elsewhere: symbolon/tokens, seen before`;
  const entrants: Entrant[] = [
    { name: jose, make: () => verifyingByJose(algorithm, count) },
    { name: first, make: () => verifying(algorithm, count, false) },
    { name: seen, make: () => verifying(algorithm, count, true) },
  ];
  const contestants = await admit(entrants, options);
  if (contestants.length === 0) return { sections: [], targets: [] };
  const figures = await measure(contestants, withWarmUp(options.effort), jose);
  const section = sectionOf(
    `an access token in another service, ${algorithm}`,
    `WebCrypto and a JWK set that lies ready, ${width} in flight; what was seen before is answered one after the other.`,
    figures,
    jose,
  );
  return { sections: [section], targets: targetsOf(figures, first) };
}

function targetsOf(figures: readonly Figures[], first: string): Target[] {
  const ratio = figures.find(({ name }) => name === first)?.ratio?.median;
  return ratio === undefined ? [] : [within(1, `${first}, beside jose`, ratio)];
}

async function verifyingByJose(
  algorithm: AlgorithmName,
  count: number,
): ReturnType<Entrant["make"]> {
  const { jwtVerify, createLocalJWKSet } = await import("jose");
  const { auth, tokens } = await tokenWorld({ algorithm, count });
  const { keys } = await auth.jwks();
  await auth.close();
  const keyOf = createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
  const options = { ...expected, algorithms: [algorithm], typ: "at+jwt" };
  return {
    kind: "peer",
    note: "with a local JWK set",
    batch: checkingTogether("jose", bearerHeaders(tokens), async (headers) => {
      const { payload } = await jwtVerify(tokenOf(headers), keyOf, options);
      return payload.sub ?? null;
    }),
  };
}

async function verifying(
  algorithm: AlgorithmName,
  count: number,
  seenBefore: boolean,
): ReturnType<Entrant["make"]> {
  const { auth, tokens } = await tokenWorld({ algorithm, count });
  const jwks = await auth.jwks();
  await auth.close();
  const verifier = createTokenVerifier({
    ...expected,
    jwks,
    withoutRevocation: true,
    cacheSize: seenBefore ? 2 * count : 0,
  });
  const fresh = bearerHeaders(tokens);
  const check = (
    headers: Readonly<Record<string, string>>,
  ): ReturnType<TokenVerifier["authenticate"]> => verifier.authenticate(headers);
  return {
    kind: "symbolon",
    note: "without revocation, as jose",
    batch: seenBefore
      ? checkingAwaited("symbolon/tokens", fresh, check)
      : checkingTogether("symbolon/tokens", fresh, check),
    async settle() {
      if (!seenBefore) return;
      for (const token of tokens) await verifier.verify(token);
    },
    close: () => verifier.close(),
  };
}
