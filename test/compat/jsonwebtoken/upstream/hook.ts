/** Loaded into mocha: gives the tests of a checkout of jsonwebtoken another library than the one beside them. */
import { createRequire, isBuiltin, registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const checkout = process.env["SYMBOLON_JSONWEBTOKEN_CHECKOUT"] ?? "";
const tests = pathToFileURL(resolve(checkout, "test")).href;
const library = process.env["LIBRARY"] ?? "jsonwebtoken";

/** What tests require of the library's outside, and which of its exports that is; null for all of them. */
const outside: ReadonlyMap<string, string | null> = new Map([
  ["..", null],
  ["../", null],
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
    if (context.parentURL?.startsWith(tests) !== true) return nextResolve(specifier, context);
    const name = outside.get(specifier);
    if (name !== undefined) return { url: `library:${name ?? ""}`, shortCircuit: true };
    // A checkout has no packages installed; this repository has those that its tests want.
    const isPackage = /^[a-z@]/.test(specifier);
    if (!isPackage || isBuiltin(specifier)) return nextResolve(specifier, context);
    return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true };
  },
  load(url, context, nextLoad) {
    if (!url.startsWith("library:")) return nextLoad(url, context);
    const name = url.slice("library:".length);
    const path = JSON.stringify(require.resolve(library));
    const source = `module.exports = require(${path})${name === "" ? "" : `.${name}`};`;
    return { format: "commonjs", source, shortCircuit: true };
  },
});
