import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { storeRevocations } from "symbolon/tokens";
import { cutOffStore } from "../support/cut-off-store.ts";
import { loseEntriesAfter } from "../../src/stores/memory/loss.ts";
import { FollowedIssuers } from "../support/followed-issuers.ts";

describe("a propagated revocation", () => {
  const world = new FollowedIssuers();
  after(() => world.close());
  const [first, second] = world.issuers;

  test("waits until a live service knows, which takes milliseconds", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "known" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(1_000);
    const [revoked, tookMs] = await world.passUntil(
      first.sessions.revoke(issued.sessionId, { propagated: true }),
    );
    assert.equal(revoked.propagation, "acknowledged");
    assert.ok(tookMs <= 100, `${tookMs} ms`);
    assert.equal(await world.verdict(service, issued), "token_revoked");
  });

  test("waits for a service that is cut off until it decides nothing any more", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "cut-off" });
    assert.equal(await world.verdict(service, issued), "verified");
    service.link.isCut = true;
    const revoking = second.sessions.revoke(issued.sessionId, { propagated: true });
    await world.pass(1_000);
    assert.equal(await world.verdict(service, issued), "verified", "it does not know yet");
    const [revoked] = await world.passUntil(revoking);
    assert.equal(revoked.propagation, "lease_passed");
    assert.equal(await world.verdict(service, issued), "revocations_unavailable");
    service.link.isCut = false;
    await world.passUntil(service.verifier.close());
  });

  test("waits for a service's staleFor, too", async () => {
    const service = world.service({ staleFor: "5s" });
    const issued = await world.signIn({ userId: "stale" });
    assert.equal(await world.verdict(service, issued), "verified");
    service.link.isCut = true;
    const revoking = first.sessions.revoke(issued.sessionId, { propagated: true });
    await world.pass(5_000);
    assert.equal(await world.verdict(service, issued), "verified");
    const [revoked] = await world.passUntil(revoking);
    assert.equal(revoked.propagation, "lease_passed");
    assert.equal(await world.verdict(service, issued), "revocations_unavailable");
    service.link.isCut = false;
    await world.passUntil(service.verifier.close());
  });

  test("does not wait for a service that has left", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "left" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(1_100);
    await world.passUntil(service.verifier.close());
    const asked = service.link.asked.length;
    const [revoked, tookMs] = await world.passUntil(
      first.sessions.revoke(issued.sessionId, { propagated: true }),
    );
    assert.equal(revoked.propagation, "acknowledged");
    assert.ok(tookMs <= 100, `${tookMs} ms`);
    await world.pass(5_000);
    assert.equal(service.link.asked.length, asked, "a closed feed asks for nothing");
    assert.equal(await world.verdict(service, issued), "revocations_unavailable");
  });
});

describe("issuers that are stopped", () => {
  test("are asked again and again; meanwhile the lease counts, and staleFor where it was chosen", async () => {
    const world = new FollowedIssuers();
    after(() => world.close());
    const strict = world.service();
    const lenient = world.service({ staleFor: "30s" });
    const [live, gone] = [
      await world.signIn({ userId: "live" }),
      await world.signIn({ userId: "gone" }),
    ];
    for (const service of [strict, lenient]) {
      assert.equal(await world.verdict(service, live), "verified");
      assert.equal(await world.verdict(service, gone), "verified");
    }
    await world.issuers[1].sessions.revoke(gone.sessionId);
    await world.pass(100);
    for (const { link } of [strict, lenient]) link.isRefused = true;
    await world.pass(1_000);
    assert.equal(await world.verdict(strict, live), "verified");
    await world.pass(2_000);
    assert.equal(await world.verdict(strict, live), "revocations_unavailable");
    assert.equal(await world.verdict(lenient, live), "verified");
    assert.equal(await world.verdict(lenient, gone), "token_revoked");
    lenient.link.asked.length = 0;
    await world.pass(25_000);
    assert.equal(await world.verdict(lenient, live), "verified");
    const asked = lenient.link.asked.length;
    assert.ok(asked > 25 && asked < 70, `${asked} attempts in 25 s`);
    await world.pass(6_000);
    assert.equal(await world.verdict(lenient, live), "revocations_unavailable");
    assert.equal(await world.verdict(lenient, gone), "revocations_unavailable");
  });

  test("that cannot reach their store say so, and services take it for nothing else", async () => {
    const cutOff = cutOffStore();
    const world = new FollowedIssuers({ store: cutOff.store });
    after(() => world.close());
    const service = world.service();
    const issued = await world.signIn({ userId: "live" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(3_000);
    cutOff.isCutOff = true;
    await world.pass(1_000);
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(2_000);
    assert.equal(await world.verdict(service, issued), "revocations_unavailable");
    assert.match(String(service.feed.problem), /answered 503: store_unavailable/);
    cutOff.isCutOff = false;
    await world.pass(1_000);
    assert.equal(await world.verdict(service, issued), "verified");
  });
});

describe("a log that has lost entries", () => {
  test("is noticed by a service, which goes on obeying what it knows, and writes nothing back", async () => {
    const store = memoryStore();
    const world = new FollowedIssuers({ store });
    after(() => world.close());
    const service = world.service();
    const kept = await world.signIn({ userId: "kept" });
    const lost = await world.signIn({ userId: "lost" });
    const live = await world.signIn({ userId: "live" });
    assert.equal(await world.verdict(service, live), "verified");
    const { seq } = await world.issuers[0].sessions.revoke(kept.sessionId);
    await world.issuers[0].sessions.revoke(lost.sessionId);
    await world.pass(1_000);

    // Nobody is left who knows the second revocation but the service; the new process knows nothing.
    await world.passUntil(Promise.all(world.issuers.map((issuer) => issuer.close())));
    await loseEntriesAfter(store, seq ?? 0);
    service.link.issuers = [world.issuer()];
    await world.pass(3_000);
    const told = async () =>
      Promise.all([kept, lost, live].map((issued) => world.verdict(service, issued)));
    assert.deepEqual(await told(), ["token_revoked", "token_revoked", "verified"]);

    const logged = async () => {
      const { entries } = await store.revocation.sync({
        partition: 0,
        processId: "nobody",
        cursor: null,
        liveForMs: 0,
        keepForMs: 0,
        now: world.clock.now(),
      });
      return entries.filter(({ scope }) => scope === "session").map(({ target }) => target);
    };
    assert.deepEqual(await logged(), [kept.sessionId]);
    await world.issuer().sessions.revoke(live.sessionId);
    await world.pass(1_000);
    assert.deepEqual(await told(), ["token_revoked", "token_revoked", "token_revoked"]);
    assert.deepEqual(await logged(), [kept.sessionId, live.sessionId]);
  });
});

describe("a service that can reach the store", () => {
  test("follows the log there by the same rules", async () => {
    const cutOff = cutOffStore();
    const world = new FollowedIssuers({ store: cutOff.store });
    after(() => world.close());
    let isClosed = false;
    const own = { ...cutOff.store, close: async () => void (isClosed = true) };
    const feed = storeRevocations(own, { clock: world.clock });
    const verifier = world.verifierWith(feed);
    const issued = await world.signIn({ userId: "direct" });
    assert.equal(await world.verdict({ verifier }, issued), "verified");
    const [revoked] = await world.passUntil(
      world.issuers[0].sessions.revoke(issued.sessionId, { propagated: true }),
    );
    assert.equal(revoked.propagation, "acknowledged");
    assert.equal(await world.verdict({ verifier }, issued), "token_revoked");
    cutOff.isCutOff = true;
    await world.pass(3_000);
    assert.equal(await world.verdict({ verifier }, issued), "revocations_unavailable");
    assert.match(String(feed.problem), /the store is down/);
    cutOff.isCutOff = false;
    await world.pass(1_000);
    assert.equal(await world.verdict({ verifier }, issued), "token_revoked");
    await world.passUntil(verifier.close());
    assert.ok(isClosed);
  });
});
