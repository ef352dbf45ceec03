import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseStrictJson } from "./strict-json.ts";

const holdsProto = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Object.hasOwn(value, "__proto__") || Object.values(value).some(holdsProto));

const allWellFormed = (value: unknown): boolean =>
  typeof value === "string"
    ? value.isWellFormed()
    : typeof value !== "object" ||
      value === null ||
      Object.entries(value).every(([name, member]) => name.isWellFormed() && allWellFormed(member));

/** Every character as its escape. */
const escaped = (text: string): string =>
  [...Array(text.length).keys()]
    .map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");

describe("strict JSON", () => {
  test("reads what JSON.parse reads, when there is nothing to refuse", () => {
    const values = fc.jsonValue({ maxDepth: 10, noUnicodeString: false });
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1, "\t", "\n \r"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const expected = holdsProto(value) || !allWellFormed(value) ? undefined : JSON.parse(text);
        assert.deepEqual(parseStrictJson(text), expected);
      }),
      { numRuns: 500 },
    );
  });

  test("refuses what JSON.parse refuses, and never throws", () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ \n01-e.tnu'.split(""),
      "true",
      "null",
      '"a":',
      "\\u0061",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) assert.equal(parseStrictJson(text), undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  test("refuses any object that has a name twice, however deep, and however it is spelt", () => {
    const names = fc.string({ unit: "grapheme", maxLength: 8 }).filter((n) => n.isWellFormed());
    const others = fc.dictionary(names, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 });
    const depths = fc.integer({ min: 0, max: 10 });
    fc.assert(
      fc.property(names, others, fc.boolean(), depths, (name, rest, isEscaped, depth) => {
        const inner = JSON.stringify({ ...rest, [name]: 1 }).slice(0, -1);
        const again = isEscaped ? `"${escaped(name)}"` : JSON.stringify(name);
        const wrap = (text: string): string => `${'[{"a":'.repeat(depth / 2)}${text}`;
        const end = "}]".repeat(depth / 2);
        assert.equal(parseStrictJson(`${wrap(inner)},${again} :2}${end}`), undefined);
      }),
      { numRuns: 500 },
    );
  });

  test("tells a name from a text that has colons, quotes and backslashes in it", () => {
    const text = String.raw`{"a:\":\\":"{\"a\":1,\"a\":2}","b":["\\\\",":","a\\\":"], "c" : {"a":1} }`;
    assert.deepEqual(parseStrictJson(text), JSON.parse(text));
  });

  test("takes a name again in another object", () =>
    assert.deepEqual(parseStrictJson('[{"a":1},{"a":{"a":2}}]'), [{ a: 1 }, { a: { a: 2 } }]));

  test("refuses half of a surrogate pair, in a value and in a name, written or escaped", () => {
    for (const text of [
      '"\\ud800"',
      '"\ud800"',
      '{"\\uDC00":1}',
      '["\\ude00\\ud83d"]',
      '{"a":{"b":"\\ud83dx"}}',
    ]) {
      assert.equal(parseStrictJson(text), undefined, text);
    }
    assert.equal(parseStrictJson('"\\ud83d\\ude00"'), "😀");
    assert.equal(parseStrictJson('"\\\\ud800"'), "\\ud800");
  });

  test("refuses the name __proto__, however it is spelt", () => {
    for (const name of ["__proto__", "\\u005f_proto__"]) {
      assert.equal(parseStrictJson(`{"${name}":{"isAdmin":true}}`), undefined);
      assert.equal(parseStrictJson(`[{"a":{"${name}":1}}]`), undefined);
    }
  });

  test("goes as deep as allowed and no deeper", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    assert.notEqual(parseStrictJson(nested(16)), undefined);
    assert.equal(parseStrictJson(nested(17)), undefined);
    assert.notEqual(parseStrictJson('{"a":[{"b":1}]}', 3), undefined);
    assert.equal(parseStrictJson('{"a":[{"b":1}]}', 2), undefined);
    assert.equal(parseStrictJson("1", 0), 1);
    assert.equal(parseStrictJson(nested(5_000)), undefined);
    assert.equal(parseStrictJson('{"a":'.repeat(5_000) + "1" + "}".repeat(5_000)), undefined);
  });
});
