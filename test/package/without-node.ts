/**
 * Verifies a token with `symbolon/tokens` where there is nothing of Node: `process`, `Buffer` and the like are removed before
 * it is loaded. Prints what it found. Runs as a process of its own.
 */
import { makeIssuer, claims, now } from "../support/tokens.ts";
import { publicJwk } from "../../src/core/access-tokens/node-keys.ts";

const issuer = await makeIssuer();
const keys = [...issuer.keys.values()].filter(({ algorithm }) => algorithm !== "HS256");
const set = JSON.stringify({ keys: keys.map(publicJwk) });
const tokens = keys.map(({ algorithm }) => issuer.issue(algorithm));
const print = process.stdout.write.bind(process.stdout);

// Node's own responses are made of Buffers.
const answer = new Response(set);
const ofNode = ["process", "Buffer", "global", "setImmediate", "clearImmediate", "require"];
for (const name of ofNode) Reflect.deleteProperty(globalThis, name);

const { createTokenVerifier } = await import("symbolon/tokens");
const verifier = createTokenVerifier({
  issuer: claims.iss,
  audience: String(claims.aud),
  withoutRevocation: true,
  fetch: async () => answer,
  clock: { now: () => now, monotonic: () => 0, schedule: () => () => undefined },
});
const subjects: string[] = [];
for (const token of tokens) {
  const { claims } = await verifier.requireToken(new Headers({ authorization: `Bearer ${token}` }));
  subjects.push(claims.sub);
}
const left = ofNode.filter((name) => name in globalThis);
const refused = await verifier
  .verify(`${tokens[0]}A`)
  .catch((error: { code: string }) => error.code);
print(JSON.stringify({ subjects, left, refused }));
