/**
 * What continuous integration does after `npm ci`: the README's test command as a stranger would type it, then the
 * suites that need a browser or more than a clone. The last line counts every test of both.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { runSuites, type Tally } from "./suites.ts";

/** Suites that `npm test` leaves out, in two lanes: a browser and a fault each wait most of the time. */
const lanes = ["test/e2e/**/*.e2e.ts", "test/ci/**/*.ci.ts"];

const browser = "/usr/bin/chromium";

process.env["CI"] = "true";
const tallies: Tally[] = [];

console.log("== npm test");
tallies.push(await runTestCommand());

if (globSync(lanes).length > 0) {
  if (!existsSync(browser)) {
    console.log(`== ${browser} is missing: installing it`);
    tallies.push(
      countStep("apt-get update") ?? countStep("apt-get install -y chromium") ?? nothing(),
    );
  }
  console.log(`== ${lanes.join(", ")}`);
  const options = { concurrency: 1, timeoutMs: 300_000 };
  tallies.push(...(await Promise.all(lanes.map((lane) => runSuites([lane], options)))));
}

const sum = (kind: keyof Tally): number => tallies.reduce((total, tally) => total + tally[kind], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);

/** Runs `npm test`, shows it, and reads its counts. Failing without a failed test counts as one. */
async function runTestCommand(): Promise<Tally> {
  const child = spawn("npm", ["test"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  const counts = [...output.matchAll(/^suites: (\d+) passed, (\d+) failed, (\d+) skipped/gm)];
  const [, passed = 0, failed = 0, skipped = 0] = (counts.at(-1) ?? []).map(Number);
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped };
}

/** Runs a step that is no test: null when it went well, else one failure. */
function countStep(command: string): Tally | null {
  const [program = "", ...args] = command.split(" ");
  const { status } = spawnSync(program, args, {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status === 0) return null;
  console.log(`${command} failed`);
  return { ...nothing(), failed: 1 };
}

function nothing(): Tally {
  return { passed: 0, failed: 0, skipped: 0 };
}
