import { Buffer } from "node:buffer";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { derFromJose } from "../../src/core/access-tokens/ecdsa-signature.ts";
import { verificationKey } from "../../src/core/access-tokens/node-keys.ts";
import { verifyCompact } from "../../src/core/access-tokens/node-verifier.ts";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Contestant, type Entrant } from "../harness/contestant.ts";
import { Deck } from "../harness/deck.ts";
import { byEffort } from "../harness/effort.ts";
import { brief, type Part, type Target } from "../harness/report.ts";
import { measure, type Figures } from "../harness/rounds.ts";
import {
  bearerHeaders,
  checking,
  checkingAwaited,
  tokenOf,
  verifying,
  within,
  withWarmUp,
} from "./contestants.ts";
import { bareVerifierOf } from "./bare-signatures.ts";
import { handWrittenGuard, handWrittenVerifier } from "./hand-written.ts";
import { peers } from "./peers.ts";
import { expected, tokenWorld } from "./token-world.ts";

/** How much longer than the bare signature a check may take; RSA verifies so fast that decoding is a tenth of it. */
const allowances = { EdDSA: 1.1, ES256: 1.1, RS256: 1.2, PS256: 1.2 } as const;

/** Tokens that nobody has seen before, of each algorithm. */
export async function measureFirstSight(options: BenchOptions): Promise<Part> {
  const parts = [await measureMac(options)];
  for (const algorithm of Object.keys(allowances) as (keyof typeof allowances)[]) {
    parts.push(await measureSignature(algorithm, options));
  }
  return {
    sections: parts.flatMap(({ sections }) => sections),
    targets: parts.flatMap(({ targets }) => targets),
  };
}

async function measureMac(options: BenchOptions): Promise<Part> {
  const count = countOf(options);
  const byHand = "HS256: hand-written";
  const guardByHand = "HS256: hand-written, to a principal";
  const verifier = "HS256: symbolon, the verifier alone";
  const own = "HS256: symbolon";
  const entrants: Entrant[] = [
    { name: byHand, make: () => verifyingByHand("HS256", count) },
    { name: guardByHand, make: () => guardingByHand(count) },
    { name: verifier, make: () => verifierAlone("HS256", count) },
    { name: own, make: () => authenticating("HS256", count) },
    ...peerEntrants("HS256", count),
  ];
  return compared("HS256", byHand, entrants, options, (figures) => {
    const ratio = (one: string, other: string): number =>
      medianOf(figures, one) / medianOf(figures, other);
    return [
      within(1.2, `${verifier}, beside ${byHand}`, ratio(verifier, byHand)),
      within(1.2, `${own}, beside ${guardByHand}`, ratio(own, guardByHand)),
      // Libraries answer the claims, as the verifier does; a principal is made by nobody else, nor is a log asked.
      ...peers.map(({ name }) => aheadOf(`HS256: ${name}`, ratio(`HS256: ${name}`, verifier))),
    ];
  });
}

async function measureSignature(
  algorithm: keyof typeof allowances,
  options: BenchOptions,
): Promise<Part> {
  const count = Math.min(countOf(options), 1_000);
  const bare = `${algorithm}: crypto.verify`;
  const byHand = `${algorithm}: hand-written`;
  const verifier = `${algorithm}: symbolon, the verifier alone`;
  const own = `${algorithm}: symbolon`;
  const entrants: Entrant[] = [
    { name: byHand, make: () => verifyingByHand(algorithm, count) },
    { name: bare, make: () => bareVerify(algorithm, count) },
    { name: verifier, make: () => verifierAlone(algorithm, count) },
    { name: own, make: () => authenticating(algorithm, count) },
    ...peerEntrants(algorithm, count),
  ];
  return compared(algorithm, bare, entrants, options, (figures) => {
    const beside = [verifier, own].map((name) => {
      const ratio = figures.find((each) => each.name === name)?.ratio?.median ?? Number.NaN;
      return within(allowances[algorithm], `${name}, beside ${bare}`, ratio);
    });
    const ratio = medianOf(figures, verifier) / medianOf(figures, byHand);
    return [...beside, within(1, `${verifier}, beside ${byHand}`, ratio)];
  });
}

async function compared(
  algorithm: AlgorithmName,
  baseline: string,
  entrants: readonly Entrant[],
  options: BenchOptions,
  targetsOf: (figures: readonly Figures[]) => Target[],
): Promise<Part> {
  const contestants = await admit(entrants, options);
  if (contestants.length === 0) return { sections: [], targets: [] };
  const figures = await measure(contestants, withWarmUp(options.effort), baseline);
  for (const contestant of contestants) await contestant.close?.();
  const section = sectionOf(
    `an access token at first sight, ${algorithm}`,
    "Signature, claims and everything; Symbolon also looks the session up in the log, and makes a principal.",
    figures,
    baseline,
  );
  return {
    sections: [section],
    targets: figures.length < entrants.length ? [] : targetsOf(figures),
  };
}

function countOf({ effort }: BenchOptions): number {
  return byEffort(effort, { full: 10_000, quick: 2_000, tiny: 5 });
}

async function verifyingByHand(
  algorithm: AlgorithmName,
  count: number,
): ReturnType<Entrant["make"]> {
  const { auth, tokens, key } = await tokenWorld({ algorithm, count });
  await auth.close();
  const verifyByHand = handWrittenVerifier(new Map([[kidOf(tokens), key]]), algorithm);
  return {
    kind: "floor",
    note: "with the same checks, but for how deep claims may lie",
    batch: checking(
      "hand-written",
      bearerHeaders(tokens),
      (headers) => verifyByHand(tokenOf(headers)) !== null,
    ),
  };
}

async function guardingByHand(count: number): ReturnType<Entrant["make"]> {
  const { auth, tokens, key } = await tokenWorld({ algorithm: "HS256", count });
  await auth.close();
  const guard = handWrittenGuard(new Map([[kidOf(tokens), key]]));
  return {
    kind: "floor",
    note: "the same from the header to a frozen principal, behind a promise; no revocation",
    batch: checkingAwaited("hand-written", bearerHeaders(tokens), guard),
  };
}

async function verifierAlone(algorithm: AlgorithmName, count: number): ReturnType<Entrant["make"]> {
  const { auth, tokens, key } = await tokenWorld({ algorithm, count });
  await auth.close();
  const known = new Map([[kidOf(tokens), verificationKey(kidOf(tokens), algorithm, key)]]);
  const rules = { ...expected, typ: "at+jwt", maxBytes: 8192, toleranceMs: 5_000 };
  return {
    kind: "symbolon",
    batch: checking("symbolon", bearerHeaders(tokens), (headers) => {
      const verdict = verifyCompact(tokenOf(headers), (kid) => known.get(kid) ?? null, {
        ...rules,
        now: Date.now(),
      });
      return verdict.outcome === "verified";
    }),
  };
}

async function authenticating(
  algorithm: AlgorithmName,
  count: number,
): ReturnType<Entrant["make"]> {
  // With no room to remember a token in, each is seen for the first time.
  const world = await tokenWorld({ algorithm, count, cacheSize: 0 });
  const { auth, counted, tokens } = world;
  return {
    kind: "symbolon",
    batch: checkingAwaited("symbolon", bearerHeaders(tokens), (headers) =>
      auth.authenticate(headers),
    ),
    counts: () => ({ "store calls": counted.calls() }),
    close: () => auth.close(),
  };
}

function peerEntrants(algorithm: AlgorithmName, count: number): Entrant[] {
  const entrants: Entrant[] = [];
  for (const { name, note, lacks, awaited, verifier } of peers) {
    if (lacks.includes(algorithm)) continue;
    entrants.push({
      name: `${algorithm}: ${name}`,
      async make() {
        const { auth, tokens, key } = await tokenWorld({ algorithm, count });
        await auth.close();
        const verifyOne = await verifier(algorithm, key);
        return {
          kind: "peer",
          note,
          batch: verifying(name, bearerHeaders(tokens), { verify: verifyOne, awaited }),
        };
      },
    });
  }
  return entrants;
}

/** Nothing but the signature: bytes that lie ready, in the form that OpenSSL has. */
async function bareVerify(
  algorithm: keyof typeof allowances,
  count: number,
): ReturnType<Entrant["make"]> {
  const { auth, tokens, key } = await tokenWorld({ algorithm, count });
  await auth.close();
  const signed = tokens.map((token) => {
    const end = token.lastIndexOf(".");
    const bytes = Buffer.from(token.slice(end + 1), "base64url");
    const signature = algorithm === "ES256" ? (derFromJose(bytes) ?? bytes) : bytes;
    return { input: Buffer.from(token.slice(0, end)), signature };
  });
  const deck = new Deck(signed.length);
  const isSigned = bareVerifierOf(algorithm, key);
  const batch: Contestant["batch"] = (size) => {
    const inputs = Array.from({ length: size }, () => signed[deck.draw()] ?? fail());
    return () => {
      for (const { input, signature } of inputs) if (!isSigned(input, signature)) fail();
    };
  };
  return { kind: "floor", note: "bytes that lie ready; nothing is decoded or judged", batch };
}

function kidOf(tokens: readonly string[]): string {
  const [token = ""] = tokens;
  const { kid }: { readonly kid: string } = JSON.parse(
    Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString(),
  );
  return kid;
}

function medianOf(figures: readonly Figures[], name: string): number {
  return figures.find((each) => each.name === name)?.cpuMicroseconds.median ?? Number.NaN;
}

function aheadOf(name: string, ratio: number): Target {
  return { target: `ahead of ${name}`, measured: `${brief(ratio)}x`, met: ratio > 1 };
}

function fail(): never {
  throw failed("crypto.verify");
}
