import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { derFromJose, joseFromDer } from "./ecdsa-signature.ts";

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const bytesOf = (value: bigint, length = 32): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");
const jose = (r: bigint, s: bigint): Buffer => Buffer.concat([bytesOf(r), bytesOf(s)]);

describe("the two forms of an ECDSA signature", () => {
  const scalar = fc
    .tuple(fc.bigInt(1n, order - 1n), fc.integer({ min: 0, max: 255 }))
    .map(([value, shift]) => value >> BigInt(shift) || 1n);

  test("hold the same numbers, whatever their size", () =>
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const signature = jose(r, s);
        const der = derFromJose(signature);
        assert.ok(der !== null);
        assert.deepEqual(Buffer.from(joseFromDer(der)), signature);
      }),
    ));

  test("are those of OpenSSL", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const raw = { dsaEncoding: "ieee-p1363" } as const;
    for (let n = 0; n < 40; n += 1) {
      const input = Buffer.of(n);
      const ours = joseFromDer(sign("sha256", input, privateKey));
      assert.ok(verify("sha256", input, { key: publicKey, ...raw }, ours));
      const der = derFromJose(sign("sha256", input, { key: privateKey, ...raw }));
      assert.ok(der !== null && verify("sha256", input, publicKey, der));
    }
  });

  test("do not exist of numbers that are zero, or not below the order of the curve", () => {
    const wrong = [0n, order, order + 1n, 2n ** 256n - 1n];
    const right = [1n, 0x80n, 0xffn, order - 1n];
    for (const r of [...wrong, ...right]) {
      for (const s of [...wrong, ...right]) {
        const isRight = right.includes(r) && right.includes(s);
        assert.equal(derFromJose(jose(r, s)) !== null, isRight, `${r} ${s}`);
      }
    }
  });

  test("do not exist of more or fewer than 64 bytes", () => {
    for (const length of [0, 1, 32, 63, 65, 96, 128]) {
      assert.equal(derFromJose(new Uint8Array(length).fill(1)), null);
    }
  });

  test("are not read from DER that is cut, extended, or of other integers", () => {
    const der = Buffer.from(derFromJose(jose(order - 1n, 5n)) ?? []);
    assert.equal(der.length, 2 + 35 + 3);
    const changed = (at: number, byte: number): Buffer => {
      const copy = Buffer.from(der);
      copy[at] = byte;
      return copy;
    };
    const long = Buffer.concat([
      Buffer.of(0x30, 0x26, 0x02, 0x21, 0x01),
      bytesOf(1n),
      Buffer.of(0x02, 0x01, 0x05),
    ]);
    for (const wrong of [
      Buffer.alloc(0),
      ...Array.from({ length: der.length }, (_, end) => der.subarray(0, end)),
      Buffer.concat([der, Buffer.of(0)]),
      changed(0, 0x31),
      changed(1, 0x25),
      changed(2, 0x03),
      changed(3, 0x20),
      changed(3, 0),
      long,
    ]) {
      assert.throws(() => joseFromDer(wrong), TypeError, wrong.toString("hex"));
    }
  });
});
