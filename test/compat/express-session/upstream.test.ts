import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

/**
 * express-session's own suite, against express-session and against ours. It is not in its npm package and not in this
 * repository: `git clone --branch v1.19.0 https://github.com/expressjs/session`, run its `test/support/gencert.sh` for the certificate
 * of one test, and name the folder in `EXPRESS_SESSION_CHECKOUT`.
 */
const checkout = process.env["EXPRESS_SESSION_CHECKOUT"];
const skip =
  checkout === undefined
    ? "did not run: EXPRESS_SESSION_CHECKOUT names no checkout of expressjs/session at v1.19.0"
    : false;

/** What ours does otherwise on purpose: the full title of the test, and why. */
const deviations: Readonly<Record<string, string>> = {};

const root = new URL("../../../", import.meta.url).pathname;

interface MochaReport {
  readonly stats: { readonly passes: number };
  readonly failures: readonly {
    readonly fullTitle: string;
    readonly err: { readonly message?: string };
  }[];
}

describe("express-session's own suite", { skip }, () => {
  test("passes with express-session, so that it can be relied on here", async (t) => {
    const { stats, failures } = await runSuite(t, `${root}node_modules/express-session/index.js`);
    assert.deepEqual(failures.map(describeFailure), []);
    assert.ok(stats.passes > 0, "nothing ran");
  });

  test("passes with ours, but for the deviations listed", async (t) => {
    const { stats, failures } = await runSuite(t, `${root}src/compat/express-session.ts`);
    const unexpected = failures.filter(({ fullTitle }) => !(fullTitle in deviations));
    assert.deepEqual(unexpected.map(describeFailure), []);
    const titles = failures.map(({ fullTitle }) => fullTitle);
    const overcome = Object.keys(deviations).filter((title) => !titles.includes(title));
    assert.deepEqual(overcome, [], "listed as deviations, but they pass");
    assert.ok(stats.passes > 0, "nothing ran");
  });
});

function describeFailure({ fullTitle, err }: MochaReport["failures"][number]): string {
  return `${fullTitle}: ${err.message ?? "failed"}`;
}

/** Runs the suite in a folder in which `require("../")` is the module. */
async function runSuite(t: TestContext, module: string): Promise<MochaReport> {
  const folder = mkdtempSync(join(tmpdir(), "express-session-suite-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tests = join(checkout ?? "", "test");
  assert.ok(existsSync(tests), `${tests} is missing`);
  cpSync(tests, join(folder, "test"), { recursive: true });
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const required = `require(${JSON.stringify(module)})`;
  write("index.js", `module.exports = ${required};`);
  write("session/cookie.js", `module.exports = ${required}.Cookie;`);
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["express", "cookie-parser", "supertest"]) {
    symlinkSync(`${root}node_modules/${name}`, join(folder, "node_modules", name));
  }
  // Of the small package `after` the suite uses this much.
  write(
    "node_modules/after/index.js",
    `module.exports = (count, done) => (error) => {
      if (error) { count = -1; done(error); }
      else if (--count === 0) done();
    };`,
  );
  const child = spawn(
    process.execPath,
    [`${root}node_modules/mocha/bin/mocha.js`, "--require", "./test/support/env"].concat(
      ["--check-leaks", "--reporter", "json", "--reporter-option", "output=report.json"],
      "test/*.js",
    ),
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  await new Promise<void>((resolve, reject) =>
    child.on("error", reject).on("close", () => resolve()),
  );
  const report = join(folder, "report.json");
  assert.ok(existsSync(report), output);
  const { default: parsed } = (await import(report, { with: { type: "json" } })) as {
    default: MochaReport;
  };
  return parsed;
}
