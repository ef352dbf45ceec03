import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import type { Effort } from "./effort.ts";

/** A part of a report. */
export interface Section {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  /** Rows of equal keys, printed as a table. */
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** Sentences printed below. */
  readonly notes?: readonly string[];
  /** Everything that was found out, for the result file. */
  readonly data: unknown;
}

/** A promise, and what was measured of it. */
export interface Target {
  readonly target: string;
  readonly measured: string;
  /** Null when the measurement was too coarse to say. */
  readonly met: boolean | null;
}

/** A part of a bench. */
export interface Part {
  readonly sections: readonly Section[];
  readonly targets: readonly Target[];
}

/** All that a bench found out. */
export interface Report extends Part {
  readonly bench: string;
  /** What did not run, and why. */
  readonly missing?: readonly string[];
}

/** Prints the tables, then the targets, then what did not run. */
export function printReport(report: Report): void {
  for (const { title, about, rows, notes = [] } of report.sections) {
    console.log(`\n${title}\n${wrapped(about)}\n\n${tableOf(rows)}`);
    for (const note of notes) console.log(wrapped(`- ${note}`));
  }
  if (report.targets.length > 0) console.log("\ntargets");
  for (const { target, measured, met } of report.targets) {
    console.log(`${verdictOf(met)}  ${target}: ${measured}`);
  }
  const { cores, node, load } = machineNow();
  console.log(`\n${cores} cores, Node ${node}, load average ${brief(load)}`);
  for (const missing of report.missing ?? []) console.log(`  did not run: ${missing}`);
}

/** Writes `NAME.json`. It names no machine, only what kind of one it was. */
export function writeReport(report: Report, effort: Effort, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${report.bench}.json`);
  const { bench, sections, targets, missing = [] } = report;
  const machine = machineNow();
  const told = sections.map(({ title, about, notes = [], data }) => ({
    title,
    about,
    notes,
    data,
  }));
  const result = { bench, effort: effort.name, machine, targets, missing, sections: told };
  writeFileSync(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
}

/** What kind of machine this is, and how much its cores were asked for in the last five minutes, by us and by others. */
function machineNow(): { readonly cores: number; readonly node: string; readonly load: number } {
  const [, load = Number.NaN] = loadavg();
  return { cores: availableParallelism(), node: process.version, load };
}

/** A number as a reader wants it: three digits that count. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : String(Number(value.toPrecision(3)));
}

function verdictOf(met: boolean | null): string {
  if (met === null) return "  ?     ";
  return met ? "  met   " : "  MISSED";
}

function rounded(key: string, value: unknown): unknown {
  // The spread says enough, and the file stays one that can be read.
  if (key === "rounds") return undefined;
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}

function tableOf(rows: Section["rows"]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => cellOf(row[name] ?? null)));
  const isNumber = names.map((name) => rows.every((row) => typeof row[name] !== "string"));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isNumber[column] === true
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [names, widths.map((width) => "-".repeat(width)), ...cells].map(line).join("\n");
}

function cellOf(value: string | number | null): string {
  if (value === null) return "";
  return typeof value === "number" ? brief(value) : value;
}

function wrapped(text: string): string {
  return text.replaceAll(/(.{1,110})(?:\s+|$)/g, "$1\n").trimEnd();
}
