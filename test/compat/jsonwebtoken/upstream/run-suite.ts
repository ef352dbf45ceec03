import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../../../", import.meta.url).pathname;

/** What became of a checkout's tests: their full titles. */
export interface SuiteResult {
  readonly passed: readonly string[];
  /** With what was said. */
  readonly failed: ReadonlyMap<string, string>;
}

interface MochaTest {
  readonly fullTitle: string;
  readonly err: { readonly message?: string };
}

/**
 * Runs the tests of a checkout of jsonwebtoken with mocha, on a library of that name.
 * @throws Error when mocha could not run them
 */
export function runSuite(checkout: string, library: string): SuiteResult {
  const files = globSync("test/*.test{,s}.js", { cwd: checkout }).map((file) =>
    join(checkout, file),
  );
  if (files.length === 0) throw new Error(`${checkout} has no tests`);
  const folder = mkdtempSync(join(tmpdir(), "symbolon-suite-"));
  try {
    const report = join(folder, "report.json");
    const mocha = join(root, "node_modules/mocha/bin/_mocha");
    const hook = new URL("hook.ts", import.meta.url).href;
    const { stderr, error } = spawnSync(
      process.execPath,
      ["--conditions=symbolon:source", "--import", hook, mocha, "--reporter", "json"].concat(
        ["--reporter-option", `output=${report}`, "--no-config", "--no-package", "--exit"],
        files,
      ),
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, LIBRARY: library, SYMBOLON_JSONWEBTOKEN_CHECKOUT: checkout },
      },
    );
    if (error !== undefined) throw error;
    return resultOf(report, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function resultOf(report: string, said: string): SuiteResult {
  let text: string;
  try {
    text = readFileSync(report, "utf8");
  } catch (cause) {
    throw new Error(`mocha did not run: ${said}`, { cause });
  }
  const { passes, failures } = JSON.parse(text) as {
    readonly passes: readonly MochaTest[];
    readonly failures: readonly MochaTest[];
  };
  return {
    passed: passes.map(({ fullTitle }) => fullTitle),
    failed: new Map(failures.map(({ fullTitle, err }) => [fullTitle, err.message ?? ""])),
  };
}
