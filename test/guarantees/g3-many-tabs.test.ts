import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRefreshToken } from "../../src/core/refresh-tokens/refresh-token.ts";
import { Fleet, raceWindowMs, randomFrom, type Answer } from "./refresh-model/fleet.ts";

const processes = 4;
const tabs = 100;
const generations = 200;
const accessTokenLifeMs = 5 * 60_000;

/** One browser: its tabs share a jar, and lose a fifth of the answers. */
class Browser {
  readonly #fleet: Fleet;
  readonly #random: () => number;
  jar: string;

  constructor(fleet: Fleet, random: () => number) {
    this.#fleet = fleet;
    this.#random = random;
    this.jar = fleet.signIn();
  }

  get generation(): number {
    return parseRefreshToken(this.jar, () => null)?.generation ?? Number.NaN;
  }

  /** All tabs refresh at once; some again, as soon as they are answered. Answers what came back. */
  async refreshAll(count: number): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    const tab = async (): Promise<void> => {
      const answer = await this.#fleet.refresh(this.jar);
      if (this.#random() < 0.2) return;
      answers.push(answer);
      if (answer.outcome === "refreshed" && answer.refreshToken !== null)
        this.jar = answer.refreshToken;
      if (this.#random() < 0.1) await tab();
    };
    await Promise.all(Array.from({ length: count }, tab));
    return answers;
  }
}

function setUp(seed: number): { readonly fleet: Fleet; readonly browser: Browser } {
  const random = randomFrom(seed);
  const fleet = new Fleet(processes, random);
  return { fleet, browser: new Browser(fleet, random) };
}

describe("G3: 100 tabs that refresh at once through four processes, a fifth of the answers lost", () => {
  test("are all served for 200 generations, with one row, also while keys are rotated", async (context) => {
    const { fleet, browser } = setUp(1);
    let refreshes = 0;
    while (browser.generation <= generations) {
      const answers = await browser.refreshAll(tabs);
      fleet.advance(raceWindowMs / 2);
      answers.concat(await browser.refreshAll(5)).forEach(assertServed);
      refreshes += answers.length;
      if (browser.generation % 50 === 0) fleet.rotateKey();
      fleet.advance(accessTokenLifeMs);
    }
    context.diagnostic(`${refreshes} answers came back, generation ${browser.generation}`);
    assert.equal(fleet.store.rows.size, 1);
    assert.deepEqual(
      new Set(fleet.store.writes.map((write) => write.split(" ")[0])),
      new Set(["promote"]),
    );
  });

  for (const seed of [2, 3, 4, 5]) {
    test(`lose that session only, once a thief uses an old token (${seed})`, async () => {
      const { fleet, browser } = setUp(seed);
      const bystander = new Browser(fleet, randomFrom(seed));
      const stolen = browser.jar;
      for (let round = 0; round < 3 + seed; round += 1) {
        [...(await browser.refreshAll(tabs)), ...(await bystander.refreshAll(2))].forEach(
          assertServed,
        );
        fleet.advance(accessTokenLifeMs);
      }
      assert.deepEqual(await fleet.refresh(stolen), { outcome: "ended", reused: true });
      for (const answer of await browser.refreshAll(tabs))
        assert.deepEqual(answer, { outcome: "ended", reused: false });
      (await bystander.refreshAll(tabs)).forEach(assertServed);
      assert.equal(fleet.store.rows.size, 1);
      assert.equal(fleet.store.writes.filter((write) => write.startsWith("revoke")).length, 1);
    });
  }

  test("end a thief who goes on in their place, when they come back", async () => {
    const { fleet, browser } = setUp(8);
    (await browser.refreshAll(tabs)).forEach(assertServed);
    let stolen = browser.jar;
    for (let round = 0; round < 4; round += 1) {
      fleet.advance(accessTokenLifeMs);
      const answer = await fleet.refresh(stolen);
      if (answer.outcome === "refreshed") stolen = answer.refreshToken ?? stolen;
    }
    const answers = await browser.refreshAll(tabs);
    assert.equal(
      answers.every(({ outcome }) => outcome === "ended"),
      true,
    );
    assert.deepEqual(await fleet.refresh(stolen), { outcome: "ended", reused: false });
    assert.equal(fleet.store.rows.size, 0);
  });
});

describe("G3: a thief who copied the jar and polls every five seconds", () => {
  const thieves: readonly [name: string, keeps: (stolen: string, child: string) => string][] = [
    ["with what he stole", (stolen) => stolen],
    ["with the newest token that he was given", (_stolen, child) => child],
  ];
  for (const [name, keeps] of thieves) {
    test(`${name}, is served until the session ends, at the owner's third refresh at the latest`, async (context) => {
      const { fleet, browser } = setUp(9);
      await browser.refreshAll(1);
      let stolen = browser.jar;
      let refreshes = 0;
      for (let seconds = 5; fleet.store.rows.size > 0; seconds += 5) {
        fleet.advance(5_000);
        const polled = await fleet.refresh(stolen);
        if (polled.outcome === "refreshed") stolen = keeps(stolen, polled.refreshToken ?? stolen);
        if (seconds % 300 !== 0) continue;
        refreshes += 1;
        await browser.refreshAll(1);
      }
      context.diagnostic(`the session ended at, or after, the owner's refresh ${refreshes}`);
      assert.ok(refreshes <= 3);
      assert.match(fleet.store.writes.at(-1) ?? "", /^revoke/);
    });
  }
});

function assertServed(answer: Answer): void {
  assert.equal(answer.outcome, "refreshed");
}
