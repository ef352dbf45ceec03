import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readImports, replaceSpecifiers } from "../../tools/imports.ts";

const seen = (text: string): string[] =>
  readImports(text).map(({ kind, specifier }) => `${kind} ${specifier}`);

describe("reading imports", () => {
  const samples: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
    ["a named import", `import { a } from "./a.ts";`, ["static ./a.ts"]],
    ["a default import", `import a from "a";`, ["static a"]],
    ["a namespace import", `import * as a from "a";`, ["static a"]],
    ["an import for its effect", `import "./a.ts";`, ["static ./a.ts"]],
    ["an import over several lines", `import {\n  a,\n  b,\n} from "./a.ts";`, ["static ./a.ts"]],
    ["an import of data", `import a from "./a.json" with { type: "json" };`, ["static ./a.json"]],
    ["a re-export", `export { a } from "./a.ts";`, ["static ./a.ts"]],
    ["a re-export of everything", `export * from "./a.ts";`, ["static ./a.ts"]],
    ["a re-export as a namespace", `export * as a from "./a.ts";`, ["static ./a.ts"]],
    ["a type-only import", `import type { A } from "./a.ts";`, ["types ./a.ts"]],
    ["a type-only default import", `import type A from "./a.ts";`, ["types ./a.ts"]],
    ["a type-only re-export", `export type { A } from "./a.ts";`, ["types ./a.ts"]],
    ["a default import that is named type", `import type from "./a.ts";`, ["static ./a.ts"]],
    ["a value beside a type", `import { a, type B } from "./a.ts";`, ["static ./a.ts"]],
    ["inline types only, which still load the module", `import { type B } from "b";`, ["static b"]],
    ["an awaited import", `const a = await import("./a.ts");`, ["lazy ./a.ts"]],
    ["an import that is a promise", `return import("./a.ts").then((a) => a.b);`, ["lazy ./a.ts"]],
    ["an import over lines", `await import(\n  "./a.ts"\n);`, ["lazy ./a.ts"]],
    ["an import in single quotes", `await import('a')`, ["lazy a"]],
    ["an import in a template", "await import(`a`)", ["lazy a"]],
    ["a computed import", `await import(name);`, ["lazy null"]],
    ["a computed import in a template", "await import(`./${name}.ts`);", ["lazy null"]],
    ["the type of a module", `let a: typeof import("./a.ts");`, ["types ./a.ts"]],
    ["a type of a module", `let a: import("./a.ts").A;`, ["types ./a.ts"]],
    ["a class taken from a lazy import", `await import("a").A;`, ["lazy a"]],
  ];
  for (const [name, text, expected] of samples) {
    test(`sees ${name}`, () => assert.deepEqual(seen(text), expected));
  }

  const strangers: readonly (readonly [name: string, text: string])[] = [
    ["a line comment", `// import { a } from "a";\n//import("a")`],
    ["a block comment", `/*\nimport { a } from "a";\nimport("a")\n*/`],
    ["a doc comment", `/** See {@link import("a").A}. */`],
    ["an exported constant", `export const a = 1;\nexport const from = "a";`],
    ["an exported function", `export function f(from = "a") {}`],
    ["an exported type", `export type From = "a";`],
    ["a method named import", `keys.import("a");`],
    ["import.meta", `const a = import.meta.url;`],
  ];
  for (const [name, text] of strangers) {
    test(`takes nothing from ${name}`, () => assert.deepEqual(seen(text), []));
  }

  test("is not misled by comment marks in strings and templates", () => {
    const text = `const accept = "*/*";\nconst glob = \`/auth/*\`;\nconst url = "http://a";\nawait import("a"); /* end */`;
    assert.deepEqual(seen(text), ["lazy a"]);
  });

  test("replaces specifiers where they stand and nowhere else", () => {
    const text = `import "./a.ts"; // "./a.ts"\nexport const s = "./a.ts";\nlet b: import("./a.ts").A;\n`;
    assert.equal(
      replaceSpecifiers(text, (specifier) => specifier.replace(/\.ts$/, ".js")),
      `import "./a.js"; // "./a.ts"\nexport const s = "./a.ts";\nlet b: import("./a.js").A;\n`,
    );
  });
});
