import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type * as symbolonClient from "symbolon/client";
import { bundleOf } from "./client-bundle.ts";
import { chainsTo, moduleGraphOf } from "./module-graph.ts";

/** All of it: a page that takes `createClient` alone loads less. */
const mostBytes = 4_096;
const mostBytesOfReact = 256;

const client = `export * from "symbolon/client";`;

describe('import "symbolon/client"', () => {
  const graph = moduleGraphOf("symbolon/client");

  test("loads its own files, nothing of Node, no package, and nothing of the server", () => {
    assert.ok(chainsTo(graph, /\/src\/client\//).length > 3);
    assert.deepEqual(
      chainsTo(graph, /^node:|\/node_modules\/|\/src\/(?!client\/)|\/react\.ts$/),
      [],
    );
  });

  test("takes at most 4,096 bytes of a page, bundled, minified and gzipped", async (t) => {
    const { text, gzipped } = await bundleOf(client);
    t.diagnostic(`${text.length} bytes, gzipped ${gzipped}`);
    assert.ok(gzipped <= mostBytes, `${gzipped} bytes`);
  });

  test("brings no code of the server into a page, and imports nothing there", async () => {
    const { files, imports } = await bundleOf(client);
    assert.ok(files.includes("src/client/client.ts"));
    assert.deepEqual(
      files.filter((file) => !file.startsWith("src/client/")),
      [],
    );
    assert.deepEqual(imports, []);
  });

  test("works as it is bundled", async () => {
    const { text } = await bundleOf(client);
    const url = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
    const module = (await import(url)) as typeof symbolonClient;
    const exported = ["ClientError", "createClient", "dangerouslyKeepTokensInLocalStorage"];
    assert.deepEqual(Object.keys(module).toSorted(), exported);
    const page = module.createClient({
      baseUrl: "https://app.example.com",
      fetch: async () => new Response("{}", { status: 500 }),
    });
    await assert.rejects(page.sessions.list(), { code: "unexpected_answer" });
    assert.equal((await page.session.reload()).status, "unknown");
    page.close();
  });
});

describe('import "symbolon/react"', () => {
  const graph = moduleGraphOf("symbolon/react");

  test("loads React, and nothing else of the package or of Node", () => {
    assert.deepEqual(chainsTo(graph, /\/src\//), ["src/client/react.ts"]);
    const packages = [...graph.keys()].flatMap(
      (url) => /\/node_modules\/([^/]+)\//.exec(url)?.[1] ?? [],
    );
    assert.deepEqual(new Set(packages), new Set(["react"]));
    assert.deepEqual(chainsTo(graph, /^node:/), []);
  });

  test("adds at most 256 bytes to the client", async (t) => {
    const both = await bundleOf(`${client} export * from "symbolon/react";`);
    const { gzipped } = await bundleOf(client);
    t.diagnostic(`${both.gzipped} bytes with the client, ${gzipped} without`);
    assert.ok(both.gzipped - gzipped <= mostBytesOfReact, `${both.gzipped - gzipped} bytes`);
    assert.deepEqual(both.imports, ["react"]);
  });
});
