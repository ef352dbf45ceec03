import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { bothLibraries, serverFor } from "../stores/redis/own-server.ts";
import { ownServersMissing } from "../stores/redis/where.ts";
import { conditionOf } from "./outage/condition.ts";
import { answersPing, elsewhere, signedIn, startApplication } from "./outage/world.ts";

/** A process that is started before its Redis: it says so, serves strangers, costs little, and needs no restart. */

for (const library of bothLibraries) {
  for (const settings of ["reconnecting", "queueless"] as const) {
    test(
      `an application with ${library}, ${settings}, starts without Redis, and uses it when it comes`,
      { skip: ownServersMissing(), timeout: 60_000 },
      async (t) => {
        const server = await serverFor(t, ["--appendonly", "yes", "--appendfsync", "always"]);
        const [customer] = await elsewhere(server.port, (auth) => signedIn(auth, "early", 1));
        assert.ok(customer !== undefined);
        await server.kill();

        const { port } = await startApplication(t, server.port, library, settings);
        const ask = async (path: string, cookie = "") => {
          const answer = await fetch(`http://localhost:${port}${path}`, { headers: { cookie } });
          await answer.body?.cancel();
          return answer;
        };
        await pause(1_500);
        const first = await conditionOf(port);
        assert.equal(first.start.outcome, "store_unavailable");
        assert.ok(first.start.tookMs < 1_400, `${first.start.tookMs} ms`);
        await pause(3_000);
        const idle = await conditionOf(port);
        const cpuMs = idle.cpuMs - first.cpuMs;
        t.diagnostic(
          `ready() told after ${first.start.tookMs.toFixed(0)} ms; ${cpuMs.toFixed(0)} ms of CPU in 3 s`,
        );
        // Two collections are in it, for the asking.
        assert.ok(cpuMs < 600, `${cpuMs} ms of CPU in 3 s of waiting`);

        assert.equal((await ask("/public")).status, 200);
        assert.equal((await ask("/guarded")).status, 401);
        const refused = await ask("/guarded", customer.cookie);
        assert.equal(refused.status, 503);
        assert.equal(refused.headers.get("retry-after"), "1");
        assert.deepEqual(refused.headers.getSetCookie(), []);

        const answering = answersPing(server.port);
        const restarted = server.restart();
        const backAt = await answering;
        let status = 503;
        while (status === 503 && performance.now() < backAt + 5_000) {
          ({ status } = await ask("/guarded", customer.cookie));
          await pause(10);
        }
        const tookMs = performance.now() - backAt;
        await restarted;
        t.diagnostic(`used again ${tookMs.toFixed(0)} ms after it answered`);
        assert.equal(status, 200);
        assert.ok(tookMs < 1_000, `${tookMs} ms`);
        assert.deepEqual((await conditionOf(port)).defects, []);
      },
    );
  }
}
