import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeAnyBase64url } from "./base64url.ts";
import { decodeStrictBase64url, decodeUtf8 } from "./strict-base64url.ts";

const decoders = {
  "without Buffer": decodeStrictBase64url,
  "with Buffer": decodeAnyBase64url,
};

for (const [name, decode] of Object.entries(decoders)) {
  describe(`the strict base64url decoder ${name}`, () => {
    test("reads back what was encoded", () =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
          const text = Buffer.from(bytes).toString("base64url");
          assert.deepEqual(Uint8Array.from(decode(text) ?? [1, 1]), bytes);
        }),
      ));

    test("takes exactly one spelling of each value", () => {
      const texts = fc.string({
        unit: fc.constantFrom(..."AQgwBZaz09-_+/= \n\t.ÿŁ\0".split("")),
        maxLength: 7,
      });
      fc.assert(
        fc.property(texts, (text) => {
          const isCanonical = Buffer.from(text, "base64url").toString("base64url") === text;
          assert.equal(decode(text) !== null, isCanonical);
        }),
        { numRuns: 3_000 },
      );
    });

    test("takes of each last character only those whose spare bits are zero", () => {
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const taken = (prefix: string): number =>
        alphabet.split("").filter((last) => decode(prefix + last) !== null).length;
      assert.deepEqual(["", "A", "AA", "AAA"].map(taken), [0, 4, 16, 64]);
    });

    test("refuses characters whose code only ends like one of the alphabet", () => {
      for (const text of ["\u0141BCD", "ABC\u0144", "AB\uff21", "\ud83d\ude00AA"]) {
        assert.equal(decode(text), null, text);
      }
    });
  });
}

describe("the UTF-8 decoder", () => {
  test("reads every well-formed text, and keeps a byte order mark", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const spelt = `\ufeff${text}`;
        assert.equal(decodeUtf8(Buffer.from(spelt)), spelt);
      }),
    ));

  test("refuses what is not UTF-8", () => {
    const wrong = ["ff", "c080", "e0809f", "eda080", "f4908080", "61c3", "80"];
    for (const bytes of wrong) assert.equal(decodeUtf8(Buffer.from(bytes, "hex")), null, bytes);
  });
});
