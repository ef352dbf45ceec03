import assert from "node:assert/strict";
import { test } from "node:test";
import { printForDialect } from "./print-dialect.ts";

for (const [dialect, word] of [
  ["postgres", /bytea/],
  ["mysql", /utf8mb4_0900_bin/],
  ["mariadb", /utf8mb4_nopad_bin/],
  ["sqlite", /strict/],
] as const) {
  test(`prints every migration in the words of ${dialect}, or those that are missing`, () => {
    const all = printForDialect(dialect, { schema: undefined, after: undefined });
    assert.match(all, word);
    assert.match(all, /migration 1: [^]*migration 2: /);
    const rest = printForDialect(dialect, { schema: undefined, after: "1" });
    assert.match(rest, /^-- Symbolon's migration 2: /);
  });
}

test("enters a schema of PostgreSQL, and of nothing else", () => {
  const given = { schema: "auth", after: undefined };
  assert.match(printForDialect("postgres", given), /create schema if not exists "auth"/);
  for (const dialect of ["mysql", "sqlite"]) {
    assert.throws(() => printForDialect(dialect, given), { message: /PostgreSQL only/ });
  }
});

for (const after of ["x", "-1", "1.5", "99"]) {
  test(`refuses ${after} as a migration`, () => {
    assert.throws(() => printForDialect("mysql", { schema: undefined, after }), {
      name: "TypeError",
      message: /--after is a number from 0 to/,
    });
  });
}
