import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Run } from "./director.ts";
import { checkHistory } from "./history-checker.ts";
import type { Promised, Verdict } from "./verdict.ts";
import { summarize } from "./summary.ts";

/** Tells what happened, and fails when something happened that must not. The histories stay then. */
export function judgeRun(t: TestContext, seed: number, run: Run, promised: Promised): Verdict {
  const verdict = checkHistory(run.history, promised);
  for (const line of summarize(seed, run.history, verdict)) t.diagnostic(line);
  const told = verdict.violations
    .slice(0, 20)
    .map(
      ({ rule, process, session, at, story }) =>
        `${rule}: ${process}, ${session}, at ${at}, ${story}`,
    );
  const where = `seed ${seed}; the histories are in ${run.folder}`;
  assert.deepEqual([...run.problems, ...told], [], where);
  assert.ok(verdict.calmChecks > 0, "there was no time in which everybody should have been served");
  assert.ok(
    verdict.longestGapMs > 0,
    "nothing was ever accepted after its end: nothing was tested",
  );
  if (process.env["SYMBOLON_FAULTS_KEEP"] === undefined) run.discard();
  else t.diagnostic(where);
  return verdict;
}
