import { randomUUID } from "node:crypto";
import { Buffer } from "node:buffer";
import { algorithms, type AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { generateKeyPair } from "../../src/core/access-tokens/node-keys.ts";
import type { TokenSubject } from "../../src/core/access-tokens/token-claims.ts";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Contestant, type Entrant } from "../harness/contestant.ts";
import { inFlight } from "../harness/in-flight.ts";
import type { Part } from "../harness/report.ts";
import { measure } from "../harness/rounds.ts";
import { bareSignerOf } from "./bare-signatures.ts";
import { width, within, withWarmUp } from "./contestants.ts";
import { handWrittenSigner } from "./hand-written.ts";
import { peers, type Peer, type Sign } from "./peers.ts";
import { expected, issuingEngine } from "./token-world.ts";

/** How much longer than the bare signature issuing may take. A MAC takes less than the JSON that it is of. */
const allowances: Readonly<Record<AlgorithmName, number | null>> = {
  EdDSA: 1.2,
  ES256: 1.1,
  RS256: 1.1,
  PS256: 1.1,
  HS256: null,
};

/** Signs tokens of each algorithm. */
export async function measureIssuing(options: BenchOptions): Promise<Part> {
  const parts: Part[] = [];
  for (const algorithm of Object.keys(algorithms) as AlgorithmName[]) {
    parts.push(await measureAlgorithm(algorithm, options));
  }
  return {
    sections: parts.flatMap(({ sections }) => sections),
    targets: parts.flatMap(({ targets }) => targets),
  };
}

async function measureAlgorithm(algorithm: AlgorithmName, options: BenchOptions): Promise<Part> {
  const bare = `${algorithm}, issuing: ${algorithm === "HS256" ? "createHmac" : "crypto.sign"}`;
  const own = `${algorithm}, issuing: symbolon`;
  const byHand = `${algorithm}, issuing: hand-written`;
  const entrants: Entrant[] = [
    { name: bare, make: () => bareSign(algorithm) },
    { name: byHand, make: () => signingByHand(algorithm) },
    { name: own, make: () => issuing(algorithm) },
    ...peers
      .filter(({ lacks }) => !lacks.includes(algorithm))
      .map((peer) => ({
        name: `${algorithm}, issuing: ${peer.name}`,
        make: () => signing(algorithm, peer),
      })),
  ];
  const contestants = await admit(entrants, options);
  if (contestants.length === 0) return { sections: [], targets: [] };
  const figures = await measure(contestants, withWarmUp(options.effort), bare);
  for (const contestant of contestants) await contestant.close?.();
  const section = sectionOf(
    `issuing an access token, ${algorithm}`,
    "Everybody signs a token of the same claims, with another id in each.",
    figures,
    bare,
  );
  const ratio = figures.find(({ name }) => name === own)?.ratio?.median;
  const allowance = allowances[algorithm];
  const targets =
    ratio === undefined || allowance === null
      ? []
      : [within(allowance, `${own}, beside ${bare}`, ratio)];
  return { sections: [section], targets };
}

/** Bytes that lie ready, as many as in a token. */
async function bareSign(algorithm: AlgorithmName): ReturnType<Entrant["make"]> {
  const { privateKey } = await generateKeyPair(algorithm);
  const header = Buffer.from(
    JSON.stringify({ alg: algorithm, typ: "at+jwt", kid: "k".repeat(43) }),
  );
  const payload = Buffer.from(JSON.stringify(claimsOf(0)));
  const input = Buffer.from(`${header.toString("base64url")}.${payload.toString("base64url")}`);
  const signInput = bareSignerOf(algorithm, privateKey);
  return {
    kind: "floor",
    note: "bytes that lie ready; no token is made of it",
    batch: (count) => () => {
      for (let made = 0; made < count; made += 1) {
        if (signInput(input).length === 0) throw failed("crypto.sign");
      }
    },
  };
}

async function issuing(algorithm: AlgorithmName): ReturnType<Entrant["make"]> {
  const engine = await issuingEngine(algorithm);
  const { tokens } = engine;
  if (tokens === null) throw failed("symbolon");
  const { issuer } = tokens;
  const subjects = Array.from({ length: 1_000 }, (_, index) => subjectOf(index));
  let next = 0;
  return {
    kind: "symbolon",
    batch: (count) => async () => {
      const now = Date.now();
      for (let made = 0; made < count; made += 1) {
        const subject = subjects[next++ % subjects.length] ?? subjectOf(0);
        const { accessToken } = await issuer.issue(subject, now, now + 86_400_000);
        if (accessToken === "") throw failed("symbolon");
      }
    },
    async settle() {
      await engine.keys.makeCurrent();
    },
    close: () => engine.close(),
  };
}

async function signingByHand(algorithm: AlgorithmName): ReturnType<Entrant["make"]> {
  const { privateKey } = await generateKeyPair(algorithm);
  const signClaims = handWrittenSigner(algorithm, privateKey, "k".repeat(43));
  const note = "JSON, base64url and the signature; the claims and their id lie ready";
  return { kind: "floor", note, batch: signingBatch("hand-written", signClaims, false) };
}

async function signing(
  algorithm: AlgorithmName,
  { name, note, awaited, signer }: Peer,
): ReturnType<Entrant["make"]> {
  const { privateKey } = await generateKeyPair(algorithm);
  const signClaims = await signer(algorithm, privateKey);
  return { kind: "peer", note, batch: signingBatch(name, signClaims, awaited) };
}

/** Their claims lie ready, but for what must differ. */
function signingBatch(name: string, signClaims: Sign, awaited: boolean): Contestant["batch"] {
  return (count) => {
    const inputs = Array.from({ length: count }, (_, index) => claimsOf(index));
    if (awaited) {
      return () =>
        inFlight(inputs, width, async (claims) => {
          if ((await signClaims(claims)) === "") throw failed(name);
        });
    }
    return () => {
      for (const claims of inputs) if (signClaims(claims) === "") throw failed(name);
    };
  };
}

const sessionId = "K7d2mQx4Tz9sYw1vLr8pBg";

/** What a token of ours says. */
function claimsOf(index: number): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: expected.issuer,
    sub: `user-${index}`,
    aud: expected.audience,
    client_id: expected.audience,
    iat,
    exp: iat + 900,
    jti: randomUUID().slice(0, 16),
    sid: sessionId,
    auth_time: iat,
    acr: "aal1",
    amr: ["pwd"],
    mark: iat * 1_000_000,
    pos: iat * 1_000_000,
    role: "member",
  };
}

function subjectOf(index: number): TokenSubject {
  const now = Date.now();
  return {
    sessionId,
    userId: `user-${index}`,
    tenantId: null,
    mark: now * 1_000,
    position: now * 1_000,
    authenticatedAt: now,
    methods: ["pwd"],
    assuranceLevel: "aal1",
    claims: { role: "member" },
  };
}
