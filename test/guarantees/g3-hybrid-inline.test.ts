import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { askPage, Browser, stormy, type Weather } from "./many-tabs/browser.ts";
import { accessTokenLifeMs, Deployment } from "./many-tabs/deployment.ts";
import { randomFrom } from "./refresh-model/fleet.ts";

const minute = 60_000;
const hour = 60 * minute;
const calm: Weather = { losesRequests: 0, losesAnswers: 0, delaysAnswers: 0, longestMs: 0 };

/** A browser whose pages have no script: whatever it asks for renews its access token. */
describe("G3: a browser without script, whose pages and images are renewed inline", () => {
  for (const [name, weather, seed] of [
    ["on a good line", calm, 1],
    ["that loses a fifth of the answers", stormy, 2],
    ["that loses a fifth of the answers, another time", stormy, 3],
  ] as const) {
    test(`is never signed out in two days, ${name}`, async (context) => {
      const random = randomFrom(seed);
      const store = memoryStore();
      const deployment = new Deployment([store, store, store, store], { refresh: "inline" });
      context.after(() => deployment.close());
      const browser = await Browser.signIn(deployment, "owner", random, askPage);
      const { clock, said, sessions } = deployment;
      const end = clock.now() + 48 * hour;
      while (clock.now() < end) {
        // A page, then its images at once; a reader takes seconds or minutes, and sometimes sleeps for hours.
        await browser.askAll(1, weather);
        await browser.askAll(1 + Math.floor(random() * 12), weather);
        const pauseMs = random() < 0.1 ? random() * 8 * hour : random() * 2 * accessTokenLifeMs;
        await deployment.pass(Math.floor(pauseMs));
      }
      context.diagnostic(`${browser.verdicts.get("200")} pages and images`);
      assert.deepEqual([...browser.verdicts.keys()], ["200"]);
      assert.deepEqual(
        (await sessions.listOf("owner")).map(({ id }) => id),
        [browser.sessionId],
      );
      assert.deepEqual([said.reused, said.mended, said.ended, said.failed], [[], [], [], []]);
    });
  }
});
