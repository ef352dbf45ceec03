import type { History, Line } from "./history.ts";
import type { Verdict } from "./verdict.ts";

/** A run in a few lines, for a person. */
export function summarize(seed: number, history: History, verdict: Verdict): string[] {
  const lines = history.processes.flatMap((process) => process.lines);
  const checks = lines.filter((line) => line.is === "check");
  const asked = new Map(
    lines.filter((line) => line.is === "revoking").map((line) => [line.revocation, line]),
  );
  const answered = lines.filter((line) => line.is === "revoked");
  const kindOf = (number: number): string => {
    const line = asked.get(number);
    if (line === undefined) return "unknown";
    const { target } = line;
    if ("session" in target) return "session";
    if ("tenant" in target) return "tenant";
    return target.except === undefined ? "user" : "user except one";
  };
  return [
    `seed ${seed}: ${history.processes.length} process runs`,
    `sign-ins ${count(lines, "signed-in")}, not acknowledged: ${tally(lines.filter((line) => line.is === "not-signed-in").map(({ code }) => code))}`,
    `checks ${checks.length}, ${verdict.calmChecks} of them in calm times: ${tally(checks.map(({ outcome }) => outcome))}; refused as ${tally(checks.filter(({ outcome }) => outcome === "refused").map(({ code = "" }) => code))}`,
    `revocations acknowledged ${answered.length}: ${tally(answered.map(({ revocation }) => kindOf(revocation)))}`,
    `of these ${tally(answered.map(({ answer, propagation = "not waited for" }) => `${answer}, ${propagation}`))}`,
    `not acknowledged: ${tally(lines.filter((line) => line.is === "not-revoked").map(({ code }) => code))}`,
    `faults ${history.faults.length}: ${tally(history.faults.map(({ kind }) => kind))}`,
    `events ${tally(lines.filter((line) => line.is === "event").map(({ name, about }) => (name === "revocation.reset" ? `${name} ${about}` : name)))}; stood still ${count(lines, "stood-still")}`,
    `longest from acknowledged to a check that accepted: ${verdict.longestGapMs} ms`,
    `longest from healed to a check that was unavailable: ${verdict.longestRecoveryMs} ms`,
    `violations: ${verdict.violations.length === 0 ? "none" : tally(verdict.violations.map(({ rule }) => rule))}`,
  ];
}

function count(lines: readonly Line[], kind: Line["is"]): number {
  return lines.filter((line) => line.is === kind).length;
}

function tally(names: readonly string[]): string {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, all]) => `${name} ${all.length}`).join(", ") || "none";
}
