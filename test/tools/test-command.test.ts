import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

const root = new URL("../../", import.meta.url).pathname;

/** Runs the test command on made-up suites. */
function runTestCommand(suites: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly output: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-suites-"));
  try {
    for (const [name, body] of Object.entries(suites)) {
      const imports = `import { describe, test } from "node:test";\n`;
      writeFileSync(join(folder, `${name}.test.mjs`), imports + body);
    }
    // Without this, node:test takes the inner run for a part of this one and skips it.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [`${root}tools/test.ts`, "--suites-only", "*.test.mjs"],
      { cwd: folder, env, encoding: "utf8" },
    );
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the test command", () => {
  test("counts tests in suites and in other tests, and exits with 0", () => {
    const { status, output } = runTestCommand({
      a: `test("one", () => {}); describe("two", () => { test("three", () => {}); });`,
      b: `test("four", async (t) => { await t.test("five", () => {}); });`,
    });
    assert.match(output, /^suites: 4 passed, 0 failed, 0 skipped in [\d.]+ s\n$/m);
    assert.equal(status, 0);
  });

  test("names what failed by file, suite and sentence, with its reason", () => {
    const { status, output } = runTestCommand({
      a: `describe("a door", () => { test("opens", () => { throw new Error("jammed"); }); });`,
    });
    assert.match(output, /a\.test\.mjs › a door › opens\n +Error: jammed/);
    assert.match(output, /^suites: 0 passed, 1 failed, 0 skipped/m);
    assert.equal(status, 1);
  });

  test("shows what a failing suite printed, and keeps silent about the others", () => {
    const { output } = runTestCommand({
      a: `test("fails", () => { console.log("seen here"); throw new Error("jammed"); });`,
      b: `test("passes", () => console.log("chatter"));`,
    });
    assert.match(output, /Error: jammed[^]*seen here/);
    assert.doesNotMatch(output, /chatter/);
  });

  test("lists tests and suites that did not run, with their reason", () => {
    const { status, output } = runTestCommand({
      a: `test("runs", () => {}); test("later", { todo: "not built" }, () => { throw 1; });`,
      b: `describe("redis", { skip: "REDIS_URL is not set" }, () => { test("x", () => {}); });`,
    });
    assert.match(
      output,
      /not run\n.*a\.test\.mjs › later: not built\n.*redis: REDIS_URL is not set/,
    );
    assert.match(output, /^suites: 1 passed, 0 failed, 2 skipped/m);
    assert.equal(status, 0);
  });

  test("shows what a crashed suite said, and counts it as failed", () => {
    const { status, output } = runTestCommand({
      a: `test("runs", () => {});`,
      b: `throw new Error("no such module");`,
    });
    assert.match(output, /b\.test\.mjs\n[^]*no such module/);
    assert.match(output, /^suites: 1 passed, 1 failed, 0 skipped/m);
    assert.equal(status, 1);
  });

  test("does not take a file without tests for a success", () => {
    const { status, output } = runTestCommand({ a: `` });
    assert.match(output, /a\.test\.mjs: holds no test/);
    assert.match(output, /^suites: 0 passed, 0 failed, 0 skipped/m);
    assert.equal(status, 1);
  });
});
