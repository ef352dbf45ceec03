import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

const root = new URL("../../", import.meta.url).pathname;

interface Result {
  readonly effort: string;
  readonly targets: readonly unknown[];
  readonly sections: readonly {
    readonly data: {
      readonly contestants?: readonly {
        readonly name: string;
        readonly operations: number;
        readonly counts?: Readonly<Record<string, number>>;
      }[];
    };
  }[];
}

interface HttpResult {
  readonly targets: readonly unknown[];
  readonly sections: readonly {
    readonly data: {
      readonly contestants: readonly {
        readonly name: string;
        readonly requests: number;
        readonly storeReads?: number;
      }[];
    };
  }[];
}

function bench(...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", "--conditions=symbolon:source", `${root}bench/main.ts`, ...args],
    { encoding: "utf8" },
  );
  return { status, output: stdout + stderr };
}

describe("the bench command", () => {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-bench-"));
  after(() => rmSync(folder, { recursive: true }));

  test("names the benches and what each measures", () => {
    const { status, output } = bench();
    assert.equal(status, 0);
    assert.match(output, /^ {2}guard +CPU time of checking a session/m);
  });

  test("does not take a misspelt name for a run", () => {
    assert.equal(bench("gaurd").status, 1);
  });

  test("writes what was measured of every contestant, and that a known session asks no store", () => {
    const { status, output } = bench("guard", "--tiny", "--results", folder);
    assert.equal(status, 0, output);
    const result = JSON.parse(readFileSync(join(folder, "guard.json"), "utf8")) as Result;
    assert.equal(result.effort, "tiny");
    assert.deepEqual(result.targets, [], "figures of a tiny run say nothing");
    const contestants = result.sections.flatMap(({ data }) => data.contestants ?? []);
    const names = contestants.map(({ name }) => name);
    for (const library of ["express-session", "better-auth", "iron-session", "jsonwebtoken"]) {
      assert.ok(
        names.some((name) => name.startsWith(library)),
        library,
      );
    }
    for (const name of ["symbolon", "hand-written", "jose, HS256", "fast-jwt, HS256, its cache"]) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(contestants.every(({ operations }) => operations > 0));
    const calls = contestants.flatMap(({ counts }) => counts?.["store calls"] ?? []);
    assert.ok(calls.length >= 5);
    assert.deepEqual(new Set(calls), new Set([0]));
  });

  test("measures jsonwebtoken and its replacement in every cell", () => {
    const { status, output } = bench("jsonwebtoken", "--tiny", "--results", folder);
    assert.equal(status, 0, output);
    const result = JSON.parse(readFileSync(join(folder, "jsonwebtoken.json"), "utf8")) as Result;
    const contestants = result.sections.flatMap(({ data }) => data.contestants ?? []);
    const names = contestants.map(({ name }) => name);
    for (const cell of ["sign, HS256, text", "verify, PS256, KeyObject, callback"]) {
      for (const library of ["jsonwebtoken", "symbolon"]) {
        assert.ok(names.includes(`${cell}: ${library}`), `${cell}: ${library}`);
      }
    }
    assert.equal(new Set(names).size, 2 * 2 * 4 * 2 * 2);
    assert.ok(contestants.every(({ operations }) => operations > 0));
  });

  test("measures guarded requests in every framework, of servers that let in whom they should and nobody else", () => {
    const { status, output } = bench("http", "--tiny", "--only", "session", "--results", folder);
    assert.equal(status, 0, output);
    const result = JSON.parse(readFileSync(join(folder, "http.json"), "utf8")) as HttpResult;
    assert.deepEqual(result.targets, [], "figures of a tiny run say nothing");
    const frameworks = result.sections.map(({ data }) => data.contestants);
    assert.equal(frameworks.length, 5);
    for (const contestants of frameworks) {
      const [bare, own] = contestants;
      assert.equal(bare?.name, "bare");
      assert.equal(own?.name, "symbolon, session by cookie");
      assert.equal(own.storeReads, 0, "a session that was seen before is not read");
      assert.ok(contestants.every(({ requests }) => requests > 0));
    }
    const names = frameworks.flat().map(({ name }) => name);
    for (const name of ["express-session, memory", "@fastify/session", "iron-session"]) {
      assert.ok(names.includes(name), name);
    }
  });

  test("measures access tokens, and that one that was seen before asks no store", () => {
    const { status, output } = bench("tokens", "--tiny", "--results", folder);
    assert.equal(status, 0, output);
    const result = JSON.parse(readFileSync(join(folder, "tokens.json"), "utf8")) as Result;
    const contestants = result.sections.flatMap(({ data }) => data.contestants ?? []);
    const names = contestants.map(({ name }) => name);
    for (const name of [
      "symbolon, jwt",
      "symbolon, hybrid",
      "fast-jwt, its cache",
      "HS256: hand-written",
      "EdDSA: crypto.verify",
      "PS256: jsonwebtoken",
      "RS256, issuing: crypto.sign",
      "ES256 elsewhere: jose",
      "refreshing: EdDSA",
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(contestants.every(({ operations }) => operations > 0));
    const calls = contestants.flatMap(({ counts }) => counts?.["store calls"] ?? []);
    assert.ok(calls.length >= 7);
    assert.deepEqual(new Set(calls), new Set([0]));
  });
});
