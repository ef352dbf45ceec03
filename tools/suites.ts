/**
 * Runs test suites with node:test and says how they went in a form that a person can act on: a dot per test,
 * then what did not run and why, then each failure with its file, its sentence and its reason, then which files took longest.
 */
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteOptions {
  /** How many files run at once. */
  readonly concurrency: number;
  /** After this long a file counts as failed. */
  readonly timeoutMs: number;
}

/** The part of a node:test report that is read here; failures have an error, skips a reason. */
interface Report {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: Error };
}

/** Runs the files that fit the patterns and prints as it goes. A file without a test counts as nothing. */
export async function runSuites(
  patterns: readonly string[],
  options: SuiteOptions,
): Promise<Tally> {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const notRun: string[] = [];
  const failures: string[] = [];
  /** By file: what it printed, and the names of the suites that it is in. */
  const output = new Map<string, string>();
  const trails = new Map<string, string[]>();

  const nameOf = (report: Report): string => {
    const trail = trails.get(report.file ?? "")?.slice(0, report.nesting) ?? [];
    return isFile(report) ? pathOf(report) : [pathOf(report), ...trail, report.name].join(" › ");
  };
  const count = (report: Report, kind: keyof Tally, mark: string): void => {
    tally[kind] += 1;
    process.stdout.write(mark);
    if (kind === "skipped") notRun.push(`${nameOf(report)}: ${reasonOf(report)}`);
  };
  const onPass = (report: Report): void => {
    if (isUnset(report.skip) && isUnset(report.todo)) {
      if (isFile(report)) notRun.push(`${nameOf(report)}: holds no test`);
      else if (report.details.type !== "suite") count(report, "passed", ".");
    } else count(report, "skipped", "-");
  };
  const onFail = (report: Report): void => {
    if (!isUnset(report.todo)) return count(report, "skipped", "-");
    const { error } = report.details;
    // A suite, or a test around others, fails with them; each of those has told its own story.
    if (error !== undefined && "failureType" in error && error.failureType === "subtestsFailed") {
      if (report.details.type !== "suite") tally.failed += 1;
      return;
    }
    count(report, "failed", "x");
    const said = output.get(report.file ?? "") ?? "";
    output.delete(report.file ?? "");
    failures.push(`x ${nameOf(report)}\n${indent(describe(error) + said)}`);
  };

  const durations: { readonly file: string; readonly seconds: number }[] = [];
  const stream = run({
    globPatterns: [...patterns],
    concurrency: options.concurrency,
    timeout: options.timeoutMs,
    execArgv: ["--conditions=symbolon:source"],
  });
  stream.on("test:start", ({ file = "", nesting, name }) => {
    trails.set(file, [...(trails.get(file) ?? []).slice(0, nesting), name]);
  });
  stream.on("test:pass", onPass);
  stream.on("test:fail", onFail);
  // Node tells of each file, and without a file of all of them.
  stream.on("test:summary", ({ file, duration_ms: ms }) => {
    if (file !== undefined) durations.push({ file: pathOf({ file }), seconds: ms / 1000 });
  });
  for (const type of ["test:stdout", "test:stderr"] as const) {
    // Here node:test names the file as the pattern found it, elsewhere by its absolute path.
    stream.on(type, (said) => {
      const file = resolve(said.file);
      output.set(file, (output.get(file) ?? "") + said.message);
    });
  }
  await new Promise<void>((resolve, reject) =>
    stream.on("end", resolve).on("error", reject).resume(),
  );

  process.stdout.write("\n");
  if (notRun.length > 0) console.log(`\nnot run\n${indent(notRun.join("\n"))}`);
  if (failures.length > 0) console.log(`\nfailed\n${indent(failures.join("\n\n"))}`);
  const slowest = durations.sort((a, b) => b.seconds - a.seconds).slice(0, slowestShown);
  const lines = slowest.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${file}`);
  if (durations.length > slowestShown) console.log(`\nslowest\n${indent(lines.join("\n"))}`);
  return tally;
}

const slowestShown = 12;

function isUnset(mark: string | boolean | undefined): boolean {
  return mark === undefined || mark === false;
}

/** Whether a report is about a whole file: it crashed, or nothing in it reported. */
function isFile(report: Report): boolean {
  return report.nesting === 0 && resolve(report.name) === report.file;
}

function pathOf({ file }: Pick<Report, "file">): string {
  return file === undefined ? "" : relative(process.cwd(), file);
}

function reasonOf({ skip, todo }: Report): string {
  const reason = isUnset(skip) ? todo : skip;
  return typeof reason === "string" && reason !== "" ? reason : "no reason given";
}

/** The error as thrown by the test, and what caused it, without the stack of the test runner. */
function describe(error: Error | undefined): string {
  const thrown = error?.cause ?? error;
  if (!(thrown instanceof Error)) return `${inspect(thrown)}\n`;
  const stack = (thrown.stack ?? thrown.message).replace(/\n +at .*\bnode:[\w/]+:\d.*/g, "");
  return `${stack}\n${thrown.cause === undefined ? "" : `cause: ${describe(new Error("", { cause: thrown.cause }))}`}`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "  ");
}
