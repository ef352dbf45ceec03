import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Browser } from "../../src/lab/column-stage.ts";
import { RunEnded, Runs, workOf, type Work } from "../../src/lab/runs.ts";
import { BrowserNeeded, type Stage } from "../../src/lab/stage.ts";
import type { AttackResult, RunState } from "../../src/lab/wire.ts";

const result: AttackResult = {
  attack: "test",
  column: "session",
  outcome: "refused",
  summary: "",
  attackerSaw: [],
  serverSaw: [],
  evidence: [],
  why: "",
  fix: null,
  at: 0,
};

describe("a run", () => {
  test("stops where it needs the browser, goes on with what that did, and ends once", async () => {
    const runs = new Runs();
    const seen: unknown[] = [];
    const first = await begin(runs, async (browser) => {
      seen.push(await browser.command("session", { name: "call-api" }));
      seen.push(await browser.visit("http://attacker.localhost/", 100));
      return result;
    });
    assert.deepEqual(stepOf(first), {
      do: "command",
      column: "session",
      command: { name: "call-api" },
    });
    const run = runOf(first);
    const second = await runs.report(run, { ok: true, answer: 1 });
    assert.deepEqual(stepOf(second), {
      do: "visit",
      url: "http://attacker.localhost/",
      closesAfterMs: 100,
    });
    const third = await runs.report(run, { ok: false, why: "blocked" });
    assert.deepEqual(third, { kind: "ended", result });
    assert.deepEqual(seen, [
      { ok: true, answer: 1 },
      { ok: false, why: "blocked" },
    ]);
    await assert.rejects(runs.report(run, { ok: true, answer: 2 }), RunEnded);
  });

  test("that nobody goes on with is ended, and its work hears of it", async () => {
    const runs = new Runs({ patienceMs: 20 });
    const heard = Promise.withResolvers<unknown>();
    const state = await begin(runs, async (browser) => {
      await browser.command("session", { name: "reload" }).catch(heard.resolve);
      throw new Error("over");
    });
    assert.ok((await heard.promise) instanceof RunEnded);
    await assert.rejects(runs.report(runOf(state), { ok: true, answer: null }), RunEnded);
  });

  test("gives way to another in the same column, and to none in another", async () => {
    const runs = new Runs();
    const waits: (browser: Browser) => Promise<AttackResult> = async (browser) => {
      await browser.command("session", { name: "reload" });
      return result;
    };
    const first = await begin(runs, waits);
    const second = await begin(runs, waits);
    await assert.rejects(runs.report(runOf(first), { ok: true, answer: null }), RunEnded);
    assert.equal((await runs.report(runOf(second), { ok: true, answer: null })).kind, "ended");
    runs.close();
  });

  test("whose work fails says so to who began it", async () => {
    await assert.rejects(
      begin(new Runs(), () => Promise.reject(new Error("the column is gone"))),
      /the column is gone/,
    );
  });

  test("claims nothing where there is no browser", async () => {
    const info = { id: "xss", title: "", story: "", against: {} as never };
    const work = workOf({ info, run: () => Promise.reject(new BrowserNeeded("needs a browser")) });
    const seen = await work({ column: "session" } as Stage);
    assert.deepEqual(
      [seen.outcome, seen.summary, seen.attack],
      ["not_run", "needs a browser", "xss"],
    );
  });
});

function begin(runs: Runs, work: (browser: Browser) => ReturnType<Work>): Promise<RunState> {
  let browser: Browser | null = null;
  return runs.start(
    "session",
    (given) => {
      browser = given;
      return {} as Stage;
    },
    () => {
      assert.ok(browser);
      return work(browser);
    },
  );
}

function stepOf(state: RunState): unknown {
  return state.kind === "needs_browser" ? state.step : null;
}

function runOf(state: RunState): string {
  assert.equal(state.kind, "needs_browser");
  return state.kind === "needs_browser" ? state.run : "";
}
