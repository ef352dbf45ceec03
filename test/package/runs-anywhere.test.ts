import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { chainsTo, moduleGraphOf } from "./module-graph.ts";

describe('import "symbolon/tokens"', () => {
  const graph = moduleGraphOf("symbolon/tokens");

  test("loads what verifies", () =>
    assert.ok(chainsTo(graph, /\/src\/core\/access-tokens\//).length > 3));

  test("loads nothing of Node", () => assert.deepEqual(chainsTo(graph, /^node:/), []));

  test("loads no package, and of the engine what access tokens are, and how the log is followed", () => {
    assert.deepEqual(chainsTo(graph, /\/node_modules\//), []);
    const others = chainsTo(
      graph,
      /\/src\/(?!tokens\/|util\/|core\/(?:access-tokens|revocation)\/)/,
    );
    assert.deepEqual(
      new Set(others.map((chain) => chain.split(" -> ").at(-1))),
      new Set(
        ["circuit-breaker", "errors", "guarded-store", "slice-origin"].map(
          (each) => `src/core/${each}.ts`,
        ),
      ),
    );
  });

  test("verifies tokens and follows revocations where there is no process and no Buffer", () => {
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
      revoked: "token_revoked",
    });
  });
});
