import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { chainsTo, moduleGraphOf } from "./module-graph.ts";

describe('import "symbolon/tokens"', () => {
  const graph = moduleGraphOf("symbolon/tokens");

  test("loads what verifies", () =>
    assert.ok(chainsTo(graph, /\/src\/core\/access-tokens\//).length > 3));

  test("loads nothing of Node", () => assert.deepEqual(chainsTo(graph, /^node:/), []));

  test("loads no package, and nothing of the engine but what access tokens are", () => {
    assert.deepEqual(chainsTo(graph, /\/node_modules\//), []);
    assert.deepEqual(chainsTo(graph, /\/src\/(?!tokens\/|util\/|core\/access-tokens\/)/), []);
  });

  test("verifies tokens where there is no process and no Buffer", () => {
    const script = new URL("without-node.ts", import.meta.url).pathname;
    const output = execFileSync(
      process.execPath,
      ["--conditions=symbolon:source", "--no-warnings", script],
      { encoding: "utf8" },
    );
    assert.deepEqual(JSON.parse(output), {
      subjects: ["user-1", "user-1", "user-1", "user-1"],
      left: [],
      refused: "token_signature",
    });
  });
});
