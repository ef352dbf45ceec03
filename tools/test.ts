/**
 * `npm test`: types, lint and format beside each other, then the suites; everything runs, so that one run tells all.
 * `npm run test:suites -- PATTERN…` runs only the suites, or only those files.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { runSuites } from "./suites.ts";

const checks = {
  types: ["tsc"],
  lint: ["oxlint", "--deny-warnings"],
  format: ["oxfmt", "--check"],
} as const;

const { values, positionals } = parseArgs({
  options: { "suites-only": { type: "boolean", default: false } },
  allowPositionals: true,
});
const patterns = positionals.length > 0 ? positionals : ["{src,test}/**/*.test.ts"];

const results = values["suites-only"]
  ? []
  : await Promise.all(Object.entries(checks).map(([name, command]) => runCheck(name, command)));

const started = performance.now();
const { passed, failed, skipped } = await runSuites(patterns, {
  concurrency: availableParallelism(),
  timeoutMs: 120_000,
});
const seconds = ((performance.now() - started) / 1000).toFixed(1);

console.log();
if (results.length > 0) {
  const broken = results.filter((result) => !result.ok).map((result) => result.name);
  console.log(`checks: ${broken.length === 0 ? "passed" : `failed in ${broken.join(", ")}`}`);
}
console.log(`suites: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
process.exitCode = failed === 0 && passed > 0 && results.every((result) => result.ok) ? 0 : 1;

/** Runs a program; its output is shown only when it fails. */
async function runCheck(
  name: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<{ readonly name: string; readonly ok: boolean }> {
  const child = spawn(`node_modules/.bin/${program}`, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ok = await new Promise<boolean>((resolve, reject) =>
    child.on("error", reject).on("close", (code) => resolve(code === 0)),
  );
  console.log(`${name}: ${ok ? "passed" : `failed\n${output}`}`);
  return { name, ok };
}
