import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { signingKeys, verifyingKeys } from "./key-cache.ts";

const exported = (material: unknown): Buffer | undefined =>
  verifyingKeys.find(material)?.object.export();

test("imports a text or bytes once", () => {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  for (const material of [pem, Buffer.from(pem), "secret", Buffer.from("secret")]) {
    const copy = Buffer.isBuffer(material) ? Buffer.from(material) : `${material} `.slice(0, -1);
    assert.equal(signingKeys.find(material), signingKeys.find(copy));
  }
});

test("takes no text for bytes with the same characters", () => {
  const text = "caf\u00e9";
  const bytes = Buffer.from(text, "latin1");
  for (const _round of [1, 2]) {
    assert.deepEqual(exported(text), Buffer.from(text, "utf8"));
    assert.deepEqual(exported(bytes), bytes);
  }
});

test("knows a private PEM as the private key that signs and the public one that verifies", () => {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  for (const _round of [1, 2]) {
    assert.equal(signingKeys.find(pem)?.object.type, "private");
    assert.equal(verifyingKeys.find(pem)?.object.type, "public");
  }
});

test("has the new key of a Buffer that was overwritten", () => {
  const bytes = Buffer.from("first secret");
  assert.deepEqual(exported(bytes), Buffer.from("first secret"));
  bytes.write("other");
  assert.deepEqual(exported(bytes), Buffer.from("other secret"));
});

test("does not take an object's word for being the same: what is in it may have changed", () => {
  const one = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const material = { key: one, format: "jwk" };
  const first = verifyingKeys.find(material)?.object;
  material.key = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  assert.equal(first !== undefined && verifyingKeys.find(material)?.object.equals(first), false);
});

test("remembers some hundred keys, and no long ones", () => {
  const first = verifyingKeys.find("key 0");
  assert.equal(verifyingKeys.find("key 0"), first);
  for (let n = 1; n <= 600; n += 1) verifyingKeys.find(`key ${n}`);
  assert.notEqual(verifyingKeys.find("key 0"), first);
  const long = "k".repeat(20_000);
  assert.notEqual(verifyingKeys.find(long), verifyingKeys.find(long));
});

test("takes KeyObjects as they are, and refuses what is no key", () => {
  const key = createSecretKey(Buffer.from("secret"));
  assert.equal(signingKeys.find(key)?.object, key);
  assert.equal(signingKeys.find(key), signingKeys.find(key));
  for (const material of [5, {}, { key: "no PEM" }, Symbol("key")]) {
    assert.equal(signingKeys.find(material), null);
  }
});
