import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cookieValues } from "./cookies.ts";

/** RFC 6265bis in its plain form: every pair taken apart. */
function bySplitting(header: string, name: string): readonly string[] {
  const pairs = header.split(";").map((pair) => {
    const equals = pair.indexOf("=");
    return equals === -1
      ? null
      : ([blanksOff(pair.slice(0, equals)), blanksOff(pair.slice(equals + 1))] as const);
  });
  return [...new Set(pairs.flatMap((pair) => (pair?.[0] === name ? [pair[1]] : [])))];
}

function blanksOff(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

test("finds the values that taking every pair apart finds", () => {
  const piece = fc.constantFrom(
    "sym",
    "__Host-sym",
    "=",
    ";",
    " ",
    "\t",
    "a",
    "s",
    "\u00a0",
    "symsym",
    "; ",
  );
  const header = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(header, (text) => {
      for (const name of ["sym", "__Host-sym"]) {
        assert.deepEqual(cookieValues(text, name), bySplitting(text, name));
      }
    }),
    { numRuns: 5_000 },
  );
});

test("takes no cookie whose name only looks like ours", () => {
  const names = ["x__Host-sym", "__Host-symx", "\u00a0__Host-sym", "__host-sym"];
  for (const name of names) assert.deepEqual(cookieValues(`${name}=planted`, "__Host-sym"), []);
});

test("takes a value with our name in it for what it is", () => {
  assert.deepEqual(cookieValues("a=__Host-sym=planted; __Host-sym=own", "__Host-sym"), ["own"]);
});
