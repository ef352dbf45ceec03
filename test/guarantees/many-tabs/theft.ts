import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Store } from "../../../src/core/ports.ts";
import { parseLineage } from "../../../src/core/refresh-tokens/lineage-text.ts";
import { parseRefreshToken } from "../../../src/core/refresh-tokens/refresh-token.ts";
import { must } from "../../support/tokens.ts";
import { randomFrom } from "../refresh-model/fleet.ts";
import { askRoute, Browser, stormy } from "./browser.ts";
import { accessTokenLifeMs, Deployment, raceWindowMs } from "./deployment.ts";
import type { Jar } from "./jar.ts";

const pollEveryMs = 5_000;
const lease = 2_000;

/** A user with two sessions, of which one is going to be stolen. */
interface Scene {
  readonly deployment: Deployment;
  readonly owner: Browser;
  readonly phone: Browser;
  readonly random: () => number;
  /** The thief presents what is in a jar, to any process. */
  readonly present: (jar: Jar) => ReturnType<typeof askRoute>;
}

async function setTheScene(
  context: TestContext,
  stores: readonly Store[],
  seed: number,
): Promise<Scene> {
  const random = randomFrom(seed);
  const deployment = new Deployment(stores);
  context.after(() => deployment.close());
  const owner = await Browser.signIn(deployment, "owner", random);
  const phone = await Browser.signIn(deployment, "owner", random);
  const { auths } = deployment;
  const present = (jar: Jar): ReturnType<typeof askRoute> =>
    askRoute(must(auths[Math.floor(random() * auths.length)]), jar);
  return { deployment, owner, phone, random, present };
}

/** A thief comes with what the jar held some storms ago. */
export async function presentOldToken(
  context: TestContext,
  stores: readonly Store[],
  { tabs, storms }: { readonly tabs: number; readonly storms: number },
  seed: number,
): Promise<void> {
  const scene = await setTheScene(context, stores, seed);
  const { deployment, owner, phone, random } = scene;
  const stolenAfter = Math.floor(random() * (storms - 1));
  let stolen = owner.jar.copy();
  for (let storm = 0; storm < storms; storm += 1) {
    if (storm === stolenAfter) stolen = owner.jar.copy();
    await deployment.pass(accessTokenLifeMs);
    await owner.askAll(tabs);
    await phone.askAll(2);
  }
  await deployment.pass(Math.floor(random() * accessTokenLifeMs));
  assert.deepEqual([...owner.verdicts.keys()], ["200"]);
  assert.equal((await scene.present(stolen)).verdict, "401 refresh_token_reused");
  await assertEndedAlone(scene, [stolen, owner.jar]);
}

export interface Thief {
  readonly copies: "between storms" | "in a storm";
  readonly keeps: "what he stole" | "the newest";
}

/**
 * A thief copies the jar once, and polls every few seconds until the session ends. Answers how often all tabs of the owner had
 * asked since.
 */
export async function pollWithStolen(
  context: TestContext,
  stores: readonly Store[],
  { copies, keeps }: Thief,
  tabs: number,
  seed: number,
): Promise<number> {
  const scene = await setTheScene(context, stores, seed);
  const { deployment, owner, phone, random } = scene;
  const { clock } = deployment;
  let stolen: Jar | null = copies === "between storms" ? null : owner.jar.copy();
  for (let storm = 0; storm < 3; storm += 1) {
    await deployment.pass(accessTokenLifeMs);
    await owner.askAll(tabs, stormy, async () => {
      if (copies === "in a storm" && random() < 0.5) stolen = owner.jar.copy();
    });
  }
  const jar = stolen ?? owner.jar.copy();
  const generation = must(generationIn(jar));
  let servedAt = 0;
  let refusals = 0;
  const poll = async (): Promise<void> => {
    const { verdict, cookies } = await scene.present(jar);
    // A store that was too slow has refused nobody.
    if (verdict.startsWith("503")) return;
    if (verdict !== "200") {
      refusals += 1;
      return;
    }
    assert.equal(refusals, 0, "who was refused is not served again");
    servedAt = clock.now();
    if (keeps === "the newest") jar.take(cookies);
  };
  let rounds = 0;
  while ((await deployment.sessions.find(owner.sessionId)) !== null) {
    for (let left = accessTokenLifeMs; left > 0; left -= pollEveryMs) {
      await deployment.pass(pollEveryMs);
      await poll();
    }
    await phone.askAll(1);
    await owner.askAll(tabs, stormy, poll);
    rounds += 1;
    assert.ok(rounds <= 5, "both are served for ever");
  }
  const { promoted } = deployment;
  const goneOn = promoted.find(
    ({ sessionId, from }) =>
      sessionId === owner.sessionId && parseLineage(from).generation >= generation,
  );
  assert.ok(servedAt > 0, "he was served at first");
  if (keeps === "what he stole" && copies === "between storms") {
    assert.ok(servedAt <= must(goneOn).at + raceWindowMs, "served for a race window at most");
  }
  await assertEndedAlone(scene, [jar, owner.jar]);
  return rounds;
}

/** Nobody has anything of the session any more, and the user's other one goes on. */
async function assertEndedAlone(scene: Scene, jars: readonly Jar[]): Promise<void> {
  const { deployment, owner, phone, present } = scene;
  const { sessionId } = owner;
  const { said, sessions, auths } = deployment;
  assert.deepEqual(said.reused, [{ sessionId, address: "192.0.2.1" }]);
  const reason = "refresh_token_reused";
  assert.deepEqual(said.ended, [{ scope: "session", id: sessionId, count: 1, reason }]);
  assert.deepEqual(said.failed, []);
  await deployment.pass(lease);
  for (const jar of jars) {
    assert.equal((await present(jar)).verdict, "401 session_revoked");
    for (const auth of auths) {
      assert.equal(await auth.authenticate({ cookie: jar.header }), null);
    }
  }
  await deployment.pass(accessTokenLifeMs);
  await phone.askAll(3);
  assert.deepEqual([...phone.verdicts.keys()], ["200"]);
  const rows = await sessions.listOf("owner");
  assert.deepEqual(
    rows.map(({ id }) => id),
    [phone.sessionId],
  );
  assert.equal(said.reused.length, 1);
}

function generationIn({ header }: Jar): number | null {
  const [, token = ""] = /_refresh=(syr_[\w-]+)/.exec(header) ?? [];
  return parseRefreshToken(token, () => null)?.generation ?? null;
}
