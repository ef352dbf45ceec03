import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createAuth } from "symbolon";
import { redisStore } from "symbolon/stores/redis";
import { createTokenVerifier, followRevocations, type Fetch } from "symbolon/tokens";
import { partitionOfSession } from "../../src/core/revocation/partition.ts";
import { testSecret } from "../support/auth.ts";
import { client } from "../support/followed-issuers.ts";
import { claims, makeIssuer, must } from "../support/tokens.ts";
import { libraries } from "../stores/redis/clients.ts";
import { deleteStores, newPrefix } from "../stores/redis/contract.ts";
import { sharedServer } from "../stores/redis/where.ts";
import { codeOf, jwksOf } from "./issuer-fixture.ts";

const server = await sharedServer();
const skip = typeof server === "string" && server;
const shards = 4;

test("a service follows all logs of a store that has several", { skip }, async () => {
  const { port, host } = must(typeof server === "string" ? null : server);
  const redis = await libraries["node-redis"](port, host);
  const prefix = newPrefix();
  const store = redisStore(redis.client, { prefix, shards });
  const auth = createAuth({ secret: testSecret, store, resourceServers: [client] });
  const signer = await makeIssuer();
  const handle: Fetch = (url, init) => auth.handler(new Request(url, init));
  const verifier = createTokenVerifier({
    issuer: claims.iss,
    audience: String(claims.aud),
    jwks: jwksOf(signer),
    revocations: followRevocations({
      issuer: claims.iss,
      clientId: client.id,
      clientSecret: client.secret,
      fetch: handle,
    }),
  });
  after(async () => {
    await verifier.close();
    await auth.close();
    await deleteStores(redis, prefix);
    await redis.close();
  });

  const seen = new Set<number>();
  for (let nth = 0; nth < 24; nth += 1) {
    const userId = `user-${nth}`;
    const input = { userId, tenantId: "t", delivery: "body" } as const;
    const { session } = await auth.signIn(input, { method: "POST", headers: {} });
    const { mark } = must(await store.sessions.find(session.id));
    const iat = Math.floor(Date.now() / 1000);
    const places = { sub: userId, sid: session.id, tenant_id: "t", mark, pos: mark };
    const token = signer.issue("EdDSA", { ...places, iat, exp: iat + 300 });
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    seen.add(partitionOfSession(session.id, shards));

    const propagated = { propagated: true };
    const { propagation } = await (nth % 3 === 0
      ? auth.sessions.revoke(session.id, propagated)
      : auth.sessions.revokeAll(nth % 3 === 1 ? { userId } : { tenantId: "t" }, propagated));
    assert.equal(propagation, "acknowledged");
    assert.equal(await codeOf(verifier.verify(token)), "token_revoked");
  }
  assert.equal(seen.size, shards);
});
