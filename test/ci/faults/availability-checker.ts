import type { Fault, History, ProcessHistory } from "./history.ts";
import { inMs, linesOf, nameOf, type Promised, type Verdict, type Violation } from "./verdict.ts";

/** When a process could not be expected to answer, the time to settle included. */
function troubledTimes(
  { process, run, lines }: ProcessHistory,
  faults: readonly Fault[],
  { settledMs, sharedFate }: Promised,
): readonly { readonly start: number; readonly end: number; readonly healedAt: number }[] {
  const own = faults.filter((fault) => sharedFate || [process, null].includes(fault.process));
  const still = linesOf({ process, run, lines }, "stood-still");
  return [...own, ...still].map(({ start, end }) => ({
    start,
    end: end + settledMs * 1_000,
    healedAt: end,
  }));
}

/** Whether every process served everybody, whenever nothing hindered it. */
export function checkAvailability(
  history: History,
  promised: Promised,
): Omit<Verdict, "violations" | "longestGapMs"> & { readonly unavailable: readonly Violation[] } {
  const unavailable: Violation[] = [];
  let longestRecovery = 0;
  let calmChecks = 0;
  for (const process of history.processes) {
    const troubled = troubledTimes(process, history.faults, promised);
    for (const { outcome, session, start, end, code = "" } of linesOf(process, "check")) {
      const during = troubled.filter((time) => time.start <= end && time.end >= start);
      if (during.length === 0) calmChecks += 1;
      if (outcome !== "unavailable") continue;
      if (during.length > 0) {
        const healedAt = Math.max(...during.map((time) => time.healedAt));
        longestRecovery = Math.max(longestRecovery, end - healedAt);
        continue;
      }
      const story = `${code}, the call took ${inMs(end - start)} ms`;
      const rule = "unavailable without a fault";
      unavailable.push({ rule, process: nameOf(process), session, at: end, story });
    }
  }
  return { unavailable, longestRecoveryMs: inMs(longestRecovery), calmChecks };
}
