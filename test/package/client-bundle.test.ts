import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundleOf } from "./client-bundle.ts";
import type * as symbolonClient from "symbolon/client";
import { chainsTo, moduleGraphOf } from "./module-graph.ts";

/** The aim is 4,096, by a real bundler; this holds what it is by the measure here, so that it cannot grow unnoticed. */
const mostBytes = 4_450;

const exported = ["ClientError", "createClient"];

describe('import "symbolon/client"', () => {
  const graph = moduleGraphOf("symbolon/client");

  test("loads its own files, nothing of Node, no package, and nothing of the server", () => {
    assert.ok(chainsTo(graph, /\/src\/client\//).length > 3);
    assert.deepEqual(
      chainsTo(graph, /^node:|\/node_modules\/|\/src\/(?!client\/)|\/react\.ts$/),
      [],
    );
  });

  test("is no larger than it was, gzipped", async (t) => {
    const bundle = bundleOf("symbolon/client", exported);
    const { length } = gzipSync(bundle, { level: 9 });
    t.diagnostic(`${bundle.length} bytes, gzipped ${length}`);
    assert.ok(length < mostBytes, `${length} bytes`);
  });

  test("is measured as something that works", async () => {
    const bundle = bundleOf("symbolon/client", exported);
    const url = `data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`;
    const module = (await import(url)) as typeof symbolonClient;
    assert.deepEqual(Object.keys(module).toSorted(), exported);
    const client = module.createClient({
      baseUrl: "https://app.example.com",
      fetch: async () => new Response("{}", { status: 500 }),
    });
    await assert.rejects(client.sessions.list(), { code: "unexpected_answer" });
    assert.equal((await client.session.reload()).status, "unknown");
    client.close();
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
});
