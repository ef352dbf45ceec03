import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chainsTo, moduleGraphOf } from "./module-graph.ts";

/** What an application that imports an entry does not pay for, until it uses it. */
const unwanted: Readonly<Record<string, RegExp>> = {
  "a database driver": /^node:sqlite$|\/node_modules\/(?:pg|mysql2|redis|ioredis|kysely)\//,
  "a store": /\/src\/stores\//,
  "the password hasher": /\/node_modules\/@node-rs\//,
  "server code": /\/src\/(?:server|cli)\/|\/node_modules\/(?:hono|@hono|pino|citty)\//,
  "test code": /\/src\/testing\/|\.test\.ts$|^node:test$/,
  "a framework": /\/node_modules\/(?:express|fastify|koa|@nestjs|next)\//,
};

/** Decorators do their work when a module is loaded, so that Nest's adapter loads Nest, and what that loads. */
const wanted: Readonly<Record<string, RegExp>> = {
  "symbolon/nest": /\bnode_modules\/@nestjs\/(?:common|core)\//,
};

const frameworks = ["express", "fastify", "hono", "koa", "nest", "next"];
const replacements = ["compat/express-session", "compat/jsonwebtoken"];
const entries = ["symbolon", ...[...frameworks, ...replacements].map((name) => `symbolon/${name}`)];
/** What an application hands in is not loaded, and nothing of the engine is. */
const handedIn = /\/node_modules\/|\/src\/(?!legacy\/|http\/(?:cookies|headers)\.ts$)/;

test('import "symbolon/legacy" loads no library whose sessions it reads, and no engine', () =>
  assert.deepEqual(chainsTo(moduleGraphOf("symbolon/legacy"), handedIn), []));

for (const entry of entries) {
  describe(`import "${entry}"`, () => {
    const graph = moduleGraphOf(entry);

    test("loads the engine", () =>
      assert.ok(chainsTo(graph, /\/src\/core\//).length > 0, [...graph.keys()].join("\n")));

    for (const [what, pattern] of Object.entries(unwanted)) {
      test(`does not load ${what}`, () => {
        const chains = chainsTo(graph, pattern);
        const own = wanted[entry];
        assert.deepEqual(
          own === undefined ? chains : chains.filter((chain) => !own.test(chain)),
          [],
        );
      });
    }
  });
}

describe("the list of loaded modules", () => {
  test("shows the chain that leads to a module, through import and require", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "symbolon-graph-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "a.mjs"), `import "./b.mjs";`);
    writeFileSync(join(folder, "b.mjs"), `export * from "./c.cjs";`);
    writeFileSync(join(folder, "c.cjs"), `require("node:sqlite");`);
    const a = pathToFileURL(join(folder, "a.mjs")).href;
    const graph = moduleGraphOf(a);
    assert.deepEqual(chainsTo(graph, /^node:sqlite$/), [
      [a, a.replace("a.mjs", "b.mjs"), a.replace("a.mjs", "c.cjs"), "node:sqlite"].join(" -> "),
    ]);
    assert.deepEqual(chainsTo(graph, /\/src\//), []);
  });
});
