import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { joinTabs, type TabChannel, type Tabs } from "./tabs.ts";

/** Tabs on one channel, in a time that is moved. */
class World {
  readonly tabs: Tabs[] = [];
  /** Who hears nobody, and is not heard. */
  readonly lost = new Set<number>();
  readonly #t: TestContext;
  #now = 1_000;

  constructor(t: TestContext, count: number) {
    this.#t = t;
    t.mock.timers.enable({ apis: ["setTimeout"] });
    t.mock.method(performance, "now", () => this.#now);
    const listeners: ((event: MessageEvent) => void)[] = [];
    for (let index = 0; index < count; index += 1) {
      const channel: TabChannel = {
        postMessage: (data) => {
          for (const [other, listener] of listeners.entries()) {
            if (other === index || this.lost.has(index) || this.lost.has(other)) continue;
            queueMicrotask(() => listener(new MessageEvent("message", { data })));
          }
        },
        addEventListener: (_type, listener) => {
          listeners[index] = listener;
        },
        close: () => undefined,
      };
      this.tabs.push(joinTabs(channel, () => undefined));
    }
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) {
      this.#now += 10;
      this.#t.mock.timers.tick(10);
      await setImmediate();
    }
  }
}

/** The answers that have come, by tab. */
function ask(tabs: readonly Tabs[]): (boolean | undefined)[] {
  const answers: (boolean | undefined)[] = tabs.map(() => undefined);
  tabs.forEach((tab, n) => void tab.claim().then((answer) => (answers[n] = answer)));
  return answers;
}

describe("taking turns", () => {
  test("of tabs that claim at once one goes first, and the others learn that it is done", async (t) => {
    for (let round = 0; round < 20; round += 1) {
      const world = new World(t, 5);
      const answers = ask(world.tabs);
      await world.pass(110);
      assert.equal(answers.filter((each) => each === true).length, 1);
      assert.equal(answers.filter((each) => each === undefined).length, 4);
      world.tabs[answers.indexOf(true)]?.release(true);
      await world.pass(10);
      assert.equal(answers.filter((each) => each === false).length, 4);
      for (const { renewedAt } of world.tabs) assert.ok(renewedAt >= 1_110);
      t.mock.reset();
    }
  });

  test("who comes late learns that another one is at it", async (t) => {
    const world = new World(t, 2);
    const [first, second] = world.tabs;
    assert.ok(first !== undefined && second !== undefined);
    const early = ask([first]);
    await world.pass(110);
    assert.deepEqual(early, [true]);
    const late = ask([second]);
    await world.pass(2_900);
    assert.deepEqual(late, [undefined]);
    first.release(false);
    await world.pass(10);
    assert.deepEqual(late, [false]);
    assert.equal(second.renewedAt, Number.NEGATIVE_INFINITY);
  });

  test("who says nothing more is waited for four seconds at most, and then one of the others goes", async (t) => {
    const world = new World(t, 4);
    const answers = ask(world.tabs);
    await world.pass(110);
    const gone = answers.indexOf(true);
    world.lost.add(gone);
    await world.pass(4_000);
    assert.equal(answers.filter((each) => each === false).length, 3);
    const rest = ask(world.tabs.toSpliced(gone, 1));
    await world.pass(110);
    assert.equal(rest.filter((each) => each === true).length, 1);
  });

  test("who hears nobody goes at once, beside another", async (t) => {
    const world = new World(t, 2);
    world.lost.add(0);
    const answers = ask(world.tabs);
    await world.pass(110);
    assert.deepEqual(answers, [true, true]);
  });

  test("what was done long ago is not taken for today's", async (t) => {
    const world = new World(t, 2);
    const [first, second] = world.tabs;
    t.mock.timers.reset();
    t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
    first?.release(true);
    t.mock.timers.setTime(1_006_000);
    await setImmediate();
    assert.equal(second?.renewedAt, Number.NEGATIVE_INFINITY);
  });
});
