import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  computedImports,
  importCycles,
  layerViolations,
  packageViolations,
} from "./import-checks.ts";
import { layers, layersOfStrangers, packages, reservedBuiltins } from "./rules.ts";
import type { SourceFile } from "./source-files.ts";

/** Made-up files: path and text. */
const files = (texts: Readonly<Record<string, string>>): SourceFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, text }));

describe("the check of layers", () => {
  const check = (texts: Readonly<Record<string, string>>): string[] =>
    layerViolations(files(texts), layers, layersOfStrangers);

  test("says in one line which file imports what against which rule", () =>
    assert.deepEqual(check({ "src/core/engine.ts": `import { a } from "../http/routes.ts";` }), [
      "src/core/engine.ts imports src/http/routes.ts: core may import util",
    ]));

  const refused: readonly (readonly [path: string, text: string])[] = [
    ["src/util/a.ts", `import { b } from "../core/b.ts";`],
    ["src/core/a.ts", `import type { B } from "../http/b.ts";`],
    ["src/core/a.ts", `await import("../stores/memory.ts");`],
    ["src/http/a.ts", `export { b } from "../adapters/node.ts";`],
    ["src/stores/a.ts", `import { b } from "../core/b.ts";`],
    ["src/adapters/a.ts", `import { b } from "../core/b.ts";`],
    ["src/adapters/express.ts", `import { createAuth } from "../auth.ts";`],
    ["src/adapters/express.ts", `import { b } from "./fastify.ts";`],
    ["src/adapters/express.ts", `import { b } from "../util/b.ts";`],
    ["src/client/a.ts", `import { b } from "../http/wire.ts";`],
    ["src/client/a.ts", `import type { B } from "../http/routes.ts";`],
    ["src/testing/a.ts", `import { b } from "../stores/sqlite.ts";`],
    ["src/server/a.ts", `import { b } from "../cli/main.ts";`],
    ["src/cli/a.ts", `import { b } from "../http/b.ts";`],
    ["src/index.ts", `import { b } from "./stores/memory.ts";`],
    ["src/core/a.ts", `import { b } from "../index.ts";`],
    ["src/core/a.ts", `import { b } from "./b.test.ts";`],
    ["src/core/a.ts", `import { b } from "../../test/b.ts";`],
    ["src/elsewhere/a.ts", `export const a = 1;`],
  ];
  for (const [path, text] of refused) {
    test(`refuses ${text} in ${path}`, () => assert.equal(check({ [path]: text }).length, 1));
  }

  const allowed: readonly (readonly [path: string, text: string])[] = [
    ["src/util/a.ts", `import { b } from "./b.ts";`],
    ["src/core/sessions/a.ts", `import { b } from "../../util/b.ts";`],
    ["src/http/a.ts", `import { b } from "../core/b.ts";`],
    ["src/stores/a.ts", `import type { B } from "../core/b.ts";`],
    ["src/stores/sqlite.ts", `import { b } from "./sql/b.ts";`],
    ["src/adapters/express.ts", `import type { B } from "../core/b.ts";`],
    ["src/adapters/express.ts", `import type { Auth } from "../auth.ts";`],
    ["src/adapters/express.ts", `import { AuthError } from "../core/errors.ts";`],
    ["src/adapters/express.ts", `import { b } from "./node.ts";`],
    ["src/adapters/express.ts", `import { b } from "./node/head.ts";`],
    ["src/adapters/express.ts", `import { b } from "./express/b.ts";`],
    ["src/compat/express-session.ts", `import { b } from "../adapters/node.ts";`],
    ["src/client/a.ts", `import type { B } from "../http/wire.ts";`],
    ["src/testing/a.ts", `import { b } from "../stores/memory.ts";`],
    ["src/server/a.ts", `import { b } from "../auth.ts";`],
    ["src/cli/a.ts", `await import("../server/server.ts");`],
    ["src/index.ts", `export { b } from "./auth.ts";`],
  ];
  for (const [path, text] of allowed) {
    test(`allows ${text} in ${path}`, () => assert.deepEqual(check({ [path]: text }), []));
  }
});

describe("the check of packages", () => {
  const check = (path: string, text: string): string[] =>
    packageViolations(files({ [path]: text }), packages, reservedBuiltins);

  test("refuses a package that is not in the table", () =>
    assert.deepEqual(check("src/core/a.ts", `import a from "left-pad";`), [
      "src/core/a.ts imports left-pad: it is not in the table of packages",
    ]));

  const refused: readonly (readonly [path: string, text: string])[] = [
    ["src/core/passwords/argon2-hasher.ts", `import { hash } from "@node-rs/argon2";`],
    ["src/core/users/a.ts", `await import("@node-rs/argon2");`],
    ["src/http/a.ts", `import { Hono } from "hono";`],
    ["src/http/a.ts", `import type { H } from "hono/utils/html";`],
    ["src/adapters/express.ts", `import express from "express";`],
    ["src/adapters/express.ts", `await import("express");`],
    ["src/stores/memory.ts", `import type { DatabaseSync } from "node:sqlite";`],
    ["src/core/a.ts", `import { createRequire } from "node:module";`],
    ["src/core/a.ts", `import { Buffer } from "buffer";`],
    ["src/core/a.ts", `import a from "constructor";`],
  ];
  for (const [path, text] of refused) {
    test(`refuses ${text} in ${path}`, () => assert.equal(check(path, text).length, 1));
  }

  const allowed: readonly (readonly [path: string, text: string])[] = [
    ["src/core/passwords/argon2-hasher.ts", `await import("@node-rs/argon2");`],
    ["src/core/passwords/argon2-hasher.ts", `import type { Options } from "@node-rs/argon2";`],
    ["src/adapters/express.ts", `import type { Request } from "express";`],
    ["src/server/pages/html.ts", `import { html } from "hono/html";`],
    ["src/stores/sqlite.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["src/core/a.ts", `import { createHmac } from "node:crypto";`],
  ];
  for (const [path, text] of allowed) {
    test(`allows ${text} in ${path}`, () => assert.deepEqual(check(path, text), []));
  }

  test("refuses an import that is computed", () =>
    assert.equal(computedImports(files({ "src/core/a.ts": `await import(name);` })).length, 1));
});

describe("the check of cycles", () => {
  test("shows the way around", () =>
    assert.deepEqual(
      importCycles(
        files({
          "src/core/a.ts": `import { b } from "./b.ts";`,
          "src/core/b.ts": `export { c } from "./c.ts";`,
          "src/core/c.ts": `import { b } from "./b.ts";`,
        }),
      ),
      ["a cycle: src/core/b.ts -> src/core/c.ts -> src/core/b.ts"],
    ));

  test("sees a file that imports itself, and a circle closed by a lazy import", () => {
    assert.equal(importCycles(files({ "src/a.ts": `import "./a.ts";` })).length, 1);
    const lazy = { "src/a.ts": `import "./b.ts";`, "src/b.ts": `await import("./a.ts");` };
    assert.equal(importCycles(files(lazy)).length, 1);
  });

  test("lets types go around, and two ways lead to one file", () =>
    assert.deepEqual(
      importCycles(
        files({
          "src/a.ts": `import "./b.ts";\nimport "./c.ts";`,
          "src/b.ts": `import "./c.ts";\nimport type { A } from "./a.ts";`,
          "src/c.ts": `export const c = 1;`,
        }),
      ),
      [],
    ));
});
