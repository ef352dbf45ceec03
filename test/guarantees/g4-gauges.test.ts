import assert from "node:assert/strict";
import { setImmediate as settle } from "node:timers/promises";
import { test } from "node:test";
import { testAuth } from "../support/auth.ts";
import { cutOffStore } from "../support/cut-off-store.ts";

test("the gauges say how far behind a process is, and what it holds", async () => {
  const cutOff = cutOffStore();
  const { auth, clock } = testAuth({ store: cutOff.store });
  auth.on("store.failed", () => undefined);
  assert.deepEqual(auth.gauges(), {
    revocationLagMs: null,
    leaseIsFresh: false,
    revocationEntries: 0,
    cachedSessions: 0,
  });

  const { cookies } = await auth.signIn({ userId: "u1" }, { method: "POST", headers: {} });
  await auth.authenticate({ cookie: cookies[0]?.split(";")[0] });
  const before = auth.gauges().revocationEntries;
  await auth.sessions.revokeAll({ userId: "u2" });
  assert.deepEqual(auth.gauges(), {
    revocationLagMs: 0,
    leaseIsFresh: true,
    revocationEntries: before + 1,
    cachedSessions: 1,
  });

  cutOff.isCutOff = true;
  clock.advance(5_000);
  await settle();
  assert.equal(auth.gauges().revocationLagMs, 5_000);
  assert.equal(auth.gauges().leaseIsFresh, false);
});
