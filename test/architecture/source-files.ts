import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { type ImportStatement, readImports } from "../../tools/imports.ts";

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const repositoryRoot: string = new URL("../../", import.meta.url).pathname;

/** The repository's files that fit a pattern, sorted by path. */
export function readSourceFiles(patterns: readonly string[]): SourceFile[] {
  return globSync(patterns, { cwd: repositoryRoot })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${repositoryRoot}${path}`, "utf8") }));
}

/** Whether the file is part of what is published, not a test of it. */
export function isShipped({ path }: SourceFile): boolean {
  return path.startsWith("src/") && !/\.test\.tsx?$/.test(path);
}

/** The layer of a file: its folder below `src`, or `.` for the top files. */
export function layerOf(path: string): string {
  const [, first = "", second] = path.split("/");
  return second === undefined ? "." : first;
}

/** A file's imports of other files, with the path that each leads to. */
export function fileImports(file: SourceFile): (ImportStatement & { readonly target: string })[] {
  return readImports(file.text).flatMap((statement) =>
    statement.specifier?.startsWith(".") === true
      ? [{ ...statement, target: posix.join(posix.dirname(file.path), statement.specifier) }]
      : [],
  );
}

/** A file's imports of packages and of Node's own modules. */
export function packageImports(
  file: SourceFile,
): (ImportStatement & { readonly packageName: string })[] {
  return readImports(file.text).flatMap((statement) =>
    statement.specifier === null || statement.specifier.startsWith(".")
      ? []
      : [{ ...statement, packageName: packageNameOf(statement.specifier) }],
  );
}

function packageNameOf(specifier: string): string {
  const [first = "", second] = specifier.split("/");
  return first.startsWith("@") && second !== undefined ? `${first}/${second}` : first;
}
