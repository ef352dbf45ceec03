import { posix } from "node:path";
import { blankComments } from "../../tools/imports.ts";
import type { Violation } from "./import-checks.ts";
import type { SourceFile } from "./source-files.ts";

/** Names that are not kebab-case, or whose noun says nothing. */
export function nameViolations(
  paths: readonly string[],
  emptyWords: readonly string[],
): Violation[] {
  return paths.flatMap((path) => {
    const parts = path.split("/");
    const odd = parts.find((part) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/.test(part));
    if (odd !== undefined) return [`${path}: ${odd} is not kebab-case`];
    const [stem = ""] = (parts.at(-1) ?? "").split(".");
    const noun = stem.split("-").at(-1) ?? "";
    return !emptyWords.includes(noun)
      ? []
      : [`${path}: "${noun}" does not say what the file is for; name it for its main export`];
  });
}

/** Files directly in `src` that are not the known ones. */
export function topFileViolations(paths: readonly string[], known: readonly string[]): Violation[] {
  return paths.flatMap((path) =>
    posix.dirname(path) === "src" && !known.includes(path)
      ? [`${path} stands at the top of src: only ${known.join(", ")} do`]
      : [],
  );
}

/** Files that only pass on what others export, other than the entries of the package. */
export function barrelViolations(
  files: readonly SourceFile[],
  entries: readonly string[],
): Violation[] {
  return files.flatMap((file) =>
    isBarrel(file.text) && !entries.includes(file.path)
      ? [`${file.path} only re-exports: import from where things are, only package entries may`]
      : [],
  );
}

/** Files that are longer than allowed, unless their first line says that they are generated. */
export function sizeViolations(files: readonly SourceFile[], mostLines: number): Violation[] {
  return files.flatMap((file) => {
    const lines = lineCount(file);
    if (lines <= mostLines || isGenerated(file)) return [];
    return [`${file.path} has ${lines} lines: over ${mostLines}, it is probably two things`];
  });
}

/** Says so when half of the files are longer than they should be. */
export function medianViolations(files: readonly SourceFile[], below: number): Violation[] {
  const counts = files.filter((file) => !isGenerated(file)).map(lineCount);
  const median = counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
  return median < below
    ? []
    : [`the median file has ${median} lines: it should stay below ${below}`];
}

/** What is wrong with the `exports` of a package: no source, or a build path that is not the source's. */
export function entryViolations(
  exports: Readonly<Record<string, unknown>>,
  exists: (path: string) => boolean,
): Violation[] {
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (entry === "./package.json") return [];
    const { "symbolon:source": source, types, default: code } = asConditions(target);
    if (source === undefined) return [`package.json exports ${entry} without its source`];
    if (!exists(source))
      return [`package.json exports ${entry} from ${source}, which does not exist`];
    const built = source.replace("./src/", "./dist/").replace(/\.tsx?$/, "");
    const wrong = types !== `${built}.d.ts` ? types : code !== `${built}.js` ? code : null;
    return wrong === null ? [] : [`package.json exports ${entry} from ${wrong}, not from ${built}`];
  });
}

/** The sources of the package's entries, as paths from the root. */
export function entrySources(exports: Readonly<Record<string, unknown>>): string[] {
  return Object.values(exports).flatMap((target) => {
    const source = asConditions(target)["symbolon:source"];
    return source === undefined ? [] : [source.replace(/^\.\//, "")];
  });
}

function asConditions(target: unknown): Partial<Record<string, string>> {
  return typeof target === "object" && target !== null ? { ...target } : {};
}

function isBarrel(text: string): boolean {
  const passing =
    /^(?:import|export)\s+(?:type\s+)?(?:[\w$*{][^;"'`()=]*?\sfrom\s+)?"[^"\n]+";?$/gm;
  const code = blankComments(text);
  return /^export\b/m.test(code) && code.replace(passing, "").trim() === "";
}

function isGenerated({ text }: SourceFile): boolean {
  return /\bGenerated\b/.test(text.split("\n", 1)[0] ?? "");
}

function lineCount({ text }: SourceFile): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
