import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Store } from "../../../src/core/ports.ts";
import { parseLineage } from "../../../src/core/refresh-tokens/lineage-text.ts";
import { must } from "../../support/tokens.ts";
import { randomFrom } from "../refresh-model/fleet.ts";
import { Browser } from "./browser.ts";
import { accessTokenLifeMs, Deployment } from "./deployment.ts";

export interface StorySize {
  readonly tabs: number;
  readonly generations: number;
}

/** How often something else happens: after so many generations. */
const rotateEvery = 40;
const failEvery = 12;

/**
 * Refreshes one session of a user again and again, in storms, while keys are rotated and the store loses promotions. Nobody may be
 * logged out.
 */
export async function liveThroughStorms(
  context: TestContext,
  stores: readonly Store[],
  { tabs, generations }: StorySize,
  seed = 1,
): Promise<void> {
  const random = randomFrom(seed);
  const deployment = new Deployment(stores);
  context.after(() => deployment.close());
  const browser = await Browser.signIn(deployment, "owner", random);
  let lost = 0;
  let failovers = 0;
  for (let generation = 1; generation <= generations; generation += 1) {
    await deployment.pass(accessTokenLifeMs);
    let failsIn = generation % failEvery === 0 ? 1 + Math.floor(random() * 3) : 0;
    await browser.askAll(tabs, undefined, async () => {
      failsIn -= 1;
      if (failsIn !== 0) return;
      failovers += 1;
      lost += await deployment.losePromotions(browser.sessionId, 1 + Math.floor(random() * 2));
    });
    if (generation % rotateEvery === 0) await deployment.auths[generation % 4]?.keys.rotate();
    if (generation % 10 === 0) await assertSignedIn(deployment, browser);
  }
  await assertSignedIn(deployment, browser);
  const { said, sessions } = deployment;
  assert.deepEqual([...browser.verdicts.keys()], ["200"]);
  assert.equal((await sessions.listOf("owner")).length, 1);
  assert.deepEqual([said.reused, said.ended, said.failed], [[], [], []]);
  // What was lost is recovered, and the jar may be left with a sibling of the token that was.
  assert.ok(said.mended.length <= 2 * failovers, "only what the store has lost is mended");
  const { lineage } = must(await sessions.find(browser.sessionId));
  // The last failover may have been the last that happened.
  assert.ok(parseLineage(must(lineage)).generation >= generations - 2, "each storm promotes");
  context.diagnostic(
    `${browser.verdicts.get("200")} refreshes in ${generations} generations; ${failovers} failovers lost ${lost} promotions, ${said.mended.length} were mended`,
  );
}

/** Every process takes the access token that the jar holds. */
async function assertSignedIn({ auths }: Deployment, { jar, sessionId }: Browser): Promise<void> {
  for (const auth of auths) {
    const principal = await auth.authenticate({ host: "app.example.com", cookie: jar.header });
    assert.equal(principal?.sessionId, sessionId);
  }
}
