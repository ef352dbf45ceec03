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
const limits = Response.json({ partitions: 1, leaseMs: 2_000, liveForMs: 32_001, waitMs: 1_000 });
const revoked = { scope: "user", target: claims.sub, kind: "revoked", except: null };
const logged = { ...revoked, seq: 1, id: "e", cut: 1, reason: "signed_out", keepUntil: now + 1 };
const synced = { outcome: "afresh", entries: [logged], storeNow: now, heldForMs: 0, partitions: 1 };
const answers = [limits, Response.json(synced)];
const ofNode = ["process", "Buffer", "global", "setImmediate", "clearImmediate", "require"];
for (const name of ofNode) Reflect.deleteProperty(globalThis, name);

const { createTokenVerifier, followRevocations } = await import("symbolon/tokens");
const clock = { now: () => now, monotonic: () => 0, schedule: () => () => undefined };
const given = { issuer: claims.iss, audience: String(claims.aud), clock };
const verifier = createTokenVerifier({
  ...given,
  withoutRevocation: true,
  fetch: async () => answer,
});
const following = createTokenVerifier({
  ...given,
  jwks: JSON.parse(set),
  revocations: followRevocations({
    issuer: claims.iss,
    clientId: "orders",
    clientSecret: "a secret",
    clock,
    fetch: async () => answers.shift() ?? Promise.reject(new Error("nothing more is asked")),
  }),
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
const ended = await following
  .verify(tokens[0] ?? "")
  .catch((error: { code: string }) => error.code);
print(JSON.stringify({ subjects, left, refused, revoked: ended }));
