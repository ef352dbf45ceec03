/** Loaded into mocha: gives the tests of a checkout of jsonwebtoken another library than the one beside them. */
import { createRequire, isBuiltin, registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const checkout = process.env["SYMBOLON_JSONWEBTOKEN_CHECKOUT"] ?? "";
const tests = folderUrl("test");
const inside = folderUrl("lib");
const required = require.resolve(process.env["LIBRARY"] ?? "jsonwebtoken");

/** What tests require of the library's outside, and which of its exports that is; null for all of them. */
const outside: ReadonlyMap<string, string | null> = new Map([
  ["..", null],
  ["../", null],
  ["../.", null],
  ["../index", null],
  ["../index.js", null],
  ["../sign", "sign"],
  ["../verify", "verify"],
  ["../decode", "decode"],
  ["../lib/JsonWebTokenError", "JsonWebTokenError"],
  ["../lib/NotBeforeError", "NotBeforeError"],
  ["../lib/TokenExpiredError", "TokenExpiredError"],
]);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const from = context.parentURL ?? "";
    const isTest = from.startsWith(tests);
    if (!isTest && !from.startsWith(inside)) return nextResolve(specifier, context);
    const name = isTest ? outside.get(specifier) : undefined;
    if (name !== undefined) return { url: `library:${name ?? ""}`, shortCircuit: true };
    const isPackage = /^[a-z@]/.test(specifier);
    if (!isPackage || isBuiltin(specifier)) return nextResolve(specifier, context);
    try {
      // What `npm install` has put there: the versions these tests were written for.
      return nextResolve(specifier, context);
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true };
    }
  },
  load(url, context, nextLoad) {
    if (!url.startsWith("library:")) return nextLoad(url, context);
    const name = url.slice("library:".length);
    const source = `module.exports = require(${JSON.stringify(required)})${name === "" ? "" : `.${name}`};`;
    return { format: "commonjs", source, shortCircuit: true };
  },
});

function folderUrl(folder: string): string {
  return `${pathToFileURL(resolve(checkout, folder)).href}/`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
}
