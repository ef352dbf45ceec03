import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { moduleGraphOf } from "./module-graph.ts";

/**
 * An entry as one module, about as small as a bundler makes it: without types, comments, indentation and the imports between its
 * files, and with short names for variables. No bundler is among our dependencies; one also joins declarations and shortens
 * expressions, so that what is measured here is rather more than what a page loads. The test runs what is measured.
 */
export function bundleOf(specifier: string, exported: readonly string[]): string {
  const files = [...moduleGraphOf(specifier).keys()].filter((url) => url.includes("/src/"));
  const sources = files.map((url) => readFileSync(new URL(url), "utf8")).map(withoutComments);
  const modules = withoutUnused(sources, exported).map(squeeze);
  return `${shortenNames(modules.join("\n"), exported)}\nexport{${exported.join(",")}}`;
}

function withoutComments(source: string): string {
  return source.replaceAll(/^\s*\/\*\*?[^]*?\*\//gm, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** Without the functions that nobody calls, as bundlers leave them out. */
function withoutUnused(sources: readonly string[], exported: readonly string[]): string[] {
  const all = sources.join("\n").replaceAll(/^(?:import|export)\b[^;"]*\bfrom "[^"]*";$/gm, "");
  return sources.map((source) =>
    source.replaceAll(/^(?:export )?function (\w+)\([^]*?^\}$/gm, (text, name: string) => {
      const uses = all.match(new RegExp(String.raw`\b${name}\b`, "g"))?.length ?? 0;
      return uses > 1 || exported.includes(name) ? text : "";
    }),
  );
}

function squeeze(source: string): string {
  return stripTypeScriptTypes(source)
    .replaceAll(/^(?:import|export)\b[^;"]*\bfrom "[^"]*";$/gm, "")
    .replaceAll(/^export /gm, "")
    .replaceAll(/\s*\n\s*/g, "\n")
    .replaceAll(/ {2,}/g, " ")
    .replaceAll(/ ?(=>|===|!==|&&|\|\||[=+*/<>?:{},;()]) ?/g, "$1")
    .replaceAll(/;?\n(?=[})\].?:&|])|(?<=[{([,;:?=>&|])\n/g, "")
    .replaceAll(/,(?=[})\]])/g, "")
    .trim();
}

/** A text, a template or a pattern, in which nothing is renamed; a word; or any other sign. */
const token =
  /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[=(!|]\s?|return ?)\/(?:[^/\\\n]|\\.)+\/[a-z]*|\d[\w.]*|[A-Za-z_$][\w$]*|=>|\?\.|\?\?|\.\.\.|\s+|[^]/g;

const isWord = (text: string): boolean => /^[A-Za-z_$]/.test(text);

/** Words of the language, and names of pages and of Node that are nobody's variables here. */
const reserved = new Set(
  "async await break case catch class const constructor continue default do document else export extends false finally for function get if in instanceof let localStorage location new null of return super switch this throw true try typeof undefined void while".split(
    " ",
  ),
);

interface Use {
  readonly text: string;
  readonly is: "variable" | "shorthand" | "other";
}

/** Says of each token whether it is a variable, a property that is named like its variable, or neither. */
function usesIn(code: string): Use[] {
  const texts = code.match(token) ?? [];
  const signs = texts.map((text, at) => ({ text, at })).filter(({ text }) => text.trim() !== "");
  const open: ("object" | "class" | "other")[] = [];
  const uses: Use[] = texts.map((text) => ({ text, is: "other" }));
  signs.forEach(({ text, at }, n) => {
    const [before = "", next = ""] = [signs[n - 1]?.text, signs[n + 1]?.text];
    if (text === "{") {
      const isClass = signs.slice(Math.max(0, n - 4), n).some((sign) => sign.text === "class");
      const isObject = /^(?:[(,=:?[&|]|\?\?|const|let|return)$/.test(before);
      open.push(isClass ? "class" : isObject ? "object" : "other");
    } else if (text === "(" || text === "[") open.push("other");
    else if (/^[)}\]]$/.test(text)) open.pop();
    if (!isWord(text) || reserved.has(text) || text in globalThis) return;
    if (before === "." || before === "?." || open.at(-1) === "class") return;
    const isName = open.at(-1) === "object" && /^(?:[{,]|async|get)$/.test(before);
    if (isName && /^[:(]$/.test(next)) return;
    uses[at] = { text, is: isName && /^[,}=]$/.test(next) ? "shorthand" : "variable" };
  });
  return uses;
}

function shortenNames(code: string, kept: readonly string[]): string {
  const uses = usesIn(code);
  const inTemplates = uses.flatMap(({ text }) => (text.startsWith("`") ? [text] : [])).join("");
  const counts = new Map<string, number>();
  for (const { text, is } of uses) {
    if (is === "other" || kept.includes(text)) continue;
    if (new RegExp(String.raw`\b${text}\b`).test(inTemplates)) continue;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const names = shortNames(new Set(uses.map(({ text }) => text)));
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  const short = new Map(byCount.map(([name]) => [name, names.next().value ?? name]));
  return uses
    .map(({ text, is }) => {
      if (is === "other") return text;
      const name = short.get(text) ?? text;
      return is === "shorthand" && name !== text ? `${text}:${name}` : name;
    })
    .join("");
}

function* shortNames(taken: ReadonlySet<string>): Generator<string, undefined> {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
  for (const end of ["", ...letters]) {
    for (const letter of letters) {
      const name = letter + end;
      if (!taken.has(name) && !reserved.has(name) && name !== "as") yield name;
    }
  }
}
