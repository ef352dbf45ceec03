import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { safeReturnPath } from "./safe-path.ts";

const fallback = "/account";

for (const path of [
  "/",
  "/account",
  "/account?x=1",
  "/account?next=%2Fadmin&y=a+b#devices",
  "/@someone",
  "/a/b.c/~d;e=f",
  "/search?q=https://example.com/",
  "/a//b",
]) {
  test(`lets ${path} through as it is`, () => assert.equal(safeReturnPath(path, fallback), path));
}

test("normalizes what is on this origin, so that it fits into a header", () => {
  assert.equal(safeReturnPath("/a/../b", fallback), "/b");
  assert.equal(safeReturnPath("/größe?n=ü", fallback), "/gr%C3%B6%C3%9Fe?n=%C3%BC");
  assert.equal(safeReturnPath("/\uff0fevil.example", fallback), "/%EF%BC%8Fevil.example");
});

const attacks: readonly string[] = [
  "",
  "account",
  "?x=1",
  "#x",
  ".",
  "//evil.example",
  "///evil.example",
  "////evil.example/..",
  "/\\evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "//evil.example\\@localhost",
  "https:evil.example",
  "https:/evil.example",
  "https://evil.example",
  "HTTPS://evil.example",
  "http:\\\\evil.example",
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  " //evil.example",
  " /account",
  "\t//evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r/evil.example",
  "\n/account",
  "/account\r\nSet-Cookie: a=b",
  "/account\u0000",
  "/account\u007f",
  "/%09/evil.example",
  "/%0a/evil.example",
  "/%0D%0ASet-Cookie:%20a=b",
  "/%00",
  "/%7f",
  "/%2fevil.example",
  "/%2F%2Fevil.example",
  "/%5cevil.example",
  "/%5C%5Cevil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/%2e//evil.example",
  "/%2e%2e//evil.example",
  "/a\\..\\..\\evil.example",
  "@evil.example",
  ":80/x",
  `/${"a".repeat(2_048)}`,
];

for (const attack of attacks) {
  test(`refuses ${JSON.stringify(attack.slice(0, 50))}`, () => {
    assert.equal(safeReturnPath(attack, fallback), fallback);
  });
}

test("goes to the fallback when there is no path", () => {
  assert.equal(safeReturnPath(undefined, fallback), fallback);
});

test("never leaves the origin, nor breaks a header, whatever is tried", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "%2f",
    "%2e",
    "%09",
    "\t",
    ":",
    "@",
    "?",
    "#",
    "evil.example",
    "https:",
  );
  const anything = fc.oneof(
    fc.array(fc.oneof(piece, fc.string()), { maxLength: 8 }).map((parts) => `/${parts.join("")}`),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(anything, (next) => {
      const path = safeReturnPath(next, fallback);
      assert.match(path, /^\/(?!\/)[\x21-\x7e]*$/);
      assert.equal(new URL(path, "https://symbolon.example").origin, "https://symbolon.example");
      assert.equal(safeReturnPath(path, "/fallback"), path, "is a fixed point");
    }),
    { numRuns: 2_000 },
  );
});
