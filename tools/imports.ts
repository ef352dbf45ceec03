/**
 * Reads what a module imports, without a parser: TypeScript 7 has no compiler API, and the sources are formatted
 * by oxfmt, so every static import begins a line. Comments are blanked first. Where the text is ambiguous it
 * errs towards seeing an import, so that whoever checks imports fails loudly rather than passes silently.
 */

/** `types` is gone after compilation; `static` loads with the module; `lazy` loads when the code is reached. */
export type ImportKind = "types" | "static" | "lazy";

export interface ImportStatement {
  /** What is imported, as written; null when it is computed at run time. */
  readonly specifier: string | null;
  readonly kind: ImportKind;
  /** Where the specifier begins in the text, after its quote. */
  readonly at: number;
}

const stringTemplateOrComment =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\/\*[^]*?\*\/|\/\/[^\n]*/g;

/** `import … from "x"`, `import "x"`, `export … from "x"`, also over several lines. */
const staticImport =
  /^(?:import|export)\s+(?<types>type\s+)?(?:[\w$*{][^;"'`()=]*?\sfrom\s+|(?<=^import\s+))(?<quote>["'])(?<specifier>[^"'\n]+)\k<quote>/gm;

/** `import("x")`: a lazy import, or in a type's place the type of a module. */
const importCall =
  /(?<before>\btypeof\s+|\bawait\s+)?(?<![.\w$#])import\s*\(\s*(?:(?<quote>["'`])(?<specifier>[^"'`$\n]+)\k<quote>\s*,?\s*\)(?<member>\.[A-Z])?)?/g;

/** All imports of a module, in the order of the text, each kind after the other. */
export function readImports(text: string): ImportStatement[] {
  const code = blankComments(text);
  const found: ImportStatement[] = [];
  for (const match of code.matchAll(staticImport)) {
    found.push(statement(match, match.groups?.["types"] === undefined ? "static" : "types"));
  }
  for (const match of code.matchAll(importCall)) {
    const { before, member } = match.groups ?? {};
    const inTypePlace =
      before?.startsWith("typeof") === true || (member !== undefined && before === undefined);
    found.push(statement(match, inTypePlace ? "types" : "lazy"));
  }
  return found;
}

/** The text with its comments turned to blanks, so that positions and lines stay. */
export function blankComments(text: string): string {
  return text.replace(stringTemplateOrComment, (token) =>
    token.startsWith("/") ? token.replace(/[^\n]/g, " ") : token,
  );
}

/** Replaces specifiers where they stand; `replace` answers the new one. Computed imports stay as they are. */
export function replaceSpecifiers(text: string, replace: (specifier: string) => string): string {
  let result = text;
  for (const { specifier, at } of readImports(text).sort((a, b) => b.at - a.at)) {
    if (specifier === null) continue;
    result = result.slice(0, at) + replace(specifier) + result.slice(at + specifier.length);
  }
  return result;
}

function statement(match: RegExpExecArray, kind: ImportKind): ImportStatement {
  const { quote, specifier } = match.groups ?? {};
  if (quote === undefined || specifier === undefined)
    return { specifier: null, kind, at: match.index };
  return { specifier, kind, at: match.index + match[0].indexOf(quote + specifier + quote) + 1 };
}
