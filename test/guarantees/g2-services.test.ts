import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { FakeLink } from "../support/fake-network.ts";
import { codeOf, FollowedIssuers } from "../support/followed-issuers.ts";
import { claims } from "../support/tokens.ts";
import { watchServices } from "../support/watched-services.ts";

for (const seed of [1, 2, 3]) {
  test(`services refuse what is revoked within the lease, on ways that lose, delay, double and reorder (seed ${seed})`, () =>
    watchServices(seed));
}

describe("a service", () => {
  const world = new FollowedIssuers();
  after(() => world.close());
  const [first, second] = world.issuers;

  test("learns of a revocation within milliseconds, and asks no more than twice a second when nothing happens", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "quick" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(5_000);
    service.link.asked.length = 0;
    await world.pass(10_000);
    assert.ok(service.link.asked.length <= 15, service.link.asked.join());
    await first.sessions.revoke(issued.sessionId);
    await world.pass(20);
    assert.equal(await world.verdict(service, issued), "token_revoked");
  });

  test("that is cut off says that it does not know, from the lease on, and goes on within a second", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "cut-off" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(3_000);
    service.link.isCut = true;
    await world.pass(1_000);
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(1_000);
    assert.equal(await world.verdict(service, issued), "revocations_unavailable");
    for (const isRefused of [false, true]) {
      service.link.isCut = !isRefused;
      service.link.isRefused = isRefused;
      await world.pass(10_000);
      service.link.isCut = false;
      service.link.isRefused = false;
      await world.pass(1_050);
      assert.equal(await world.verdict(service, issued), "verified");
    }
  });

  test("hears what else is logged: claims that change, and keys that are revoked", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "promoted" });
    assert.equal(await world.verdict(service, issued), "verified");
    await first.sessions.updateAll("promoted", { claims: { role: "admin" } });
    await world.pass(20);
    assert.equal(await world.verdict(service, issued), "token_outdated");

    const [key] = await second.keys.list();
    assert.ok(key !== undefined);
    const known = { ...claims, sid: issued.sessionId, mark: Number.MAX_SAFE_INTEGER };
    const judged = { ...known, pos: Number.MAX_SAFE_INTEGER };
    assert.equal(await service.feed.isRevoked(judged, key.id), false);
    await second.keys.revoke(key.id);
    await world.pass(20);
    assert.equal(await service.feed.isRevoked(judged, key.id), true);
    assert.equal(await service.feed.isRevoked(judged, "another key"), false);
  });

  test("that starts late knows all that was revoked, and refuses nobody who is signed in", async () => {
    const [live, gone] = [
      await world.signIn({ userId: "late" }),
      await world.signIn({ userId: "gone" }),
    ];
    await first.sessions.revokeAll({ userId: "gone" });
    const again = await world.signIn({ userId: "gone" });
    await world.pass(60_000);
    const link = new FakeLink(world.clock, world.issuers);
    link.faults = { loss: 0, duplicates: 0, delayMs: 300 };
    const service = world.service({}, link);
    const said = Promise.all(
      [live, gone, again].map(({ token }) => codeOf(service.verifier.verify(token))),
    );
    assert.deepEqual((await world.passUntil(said))[0], ["verified", "token_revoked", "verified"]);
  });

  test("that was paused catches up first, and tells nobody that it does not know", async () => {
    const service = world.service();
    const issued = await world.signIn({ userId: "paused" });
    assert.equal(await world.verdict(service, issued), "verified");
    await world.pass(20);
    world.clock.setWallClock(world.clock.now() + 3_600);
    await first.sessions.revoke(issued.sessionId);
    assert.equal(await world.verdict(service, issued), "token_revoked");
  });
});
