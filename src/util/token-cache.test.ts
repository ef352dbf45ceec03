import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { TokenCache } from "./token-cache.ts";

interface Value {
  readonly token: string;
}

test("a token is found by all of its characters", () => {
  const cache = new TokenCache<Value>(10);
  const value = { token: "header.claims.signature" };
  cache.set(value);
  assert.equal(cache.get("header.claims.signature"), value);
  for (const other of [
    "header.others.signature",
    "signature",
    "ature",
    "",
    "header.claims.signaturf",
  ]) {
    assert.equal(cache.get(other), undefined, other);
  }
});

test("tokens that end alike are each remembered, and none is taken for another", () => {
  const cache = new TokenCache<Value>(1_000);
  const values = Array.from({ length: 400 }, (_, index) => ({ token: `${index}-signature` }));
  for (const value of values) cache.set(value);
  for (const value of values) assert.equal(cache.get(value.token), value);
  assert.equal(cache.get("400-signature"), undefined);
  assert.equal(cache.size, 400);
});

test("a short token is remembered too", () => {
  const cache = new TokenCache<Value>(10);
  for (const token of ["", "a", "ab"]) {
    const value = { token };
    cache.set(value);
    assert.equal(cache.get(token), value);
  }
});

test("of a token the last value is remembered", () => {
  const cache = new TokenCache<Value>(4);
  const values = Array.from({ length: 20 }, () => ({ token: "the same" }));
  for (const value of values) cache.set(value);
  assert.equal(cache.get("the same"), values.at(-1));
  assert.equal(cache.size, 1);
});

test("it holds no more than its size, and forgets what was not used for longest", () => {
  const cache = new TokenCache<Value>(100);
  const values = Array.from({ length: 1_000 }, () => ({ token: randomBytes(40).toString("hex") }));
  const [first] = values;
  assert.ok(first !== undefined);
  for (const value of values) {
    cache.set(value);
    assert.equal(cache.get(value.token), value);
    assert.equal(cache.get(first.token), first);
    assert.ok(cache.size <= 100);
  }
  assert.equal(cache.get(values[100]?.token ?? ""), undefined);
  // The newest half is there for certain.
  for (const value of values.slice(-49)) assert.equal(cache.get(value.token), value);
  cache.clear();
  assert.equal(cache.size, 0);
  assert.equal(cache.get(first.token), undefined);
});

test("of size 0 it remembers nothing", () => {
  const cache = new TokenCache<Value>(0);
  cache.set({ token: "one" });
  assert.equal(cache.get("one"), undefined);
});

test("with ten thousand tokens each is found", () => {
  const cache = new TokenCache<Value>(50_000);
  const values = Array.from({ length: 10_000 }, () => ({
    token: randomBytes(40).toString("base64url"),
  }));
  for (const value of values) cache.set(value);
  for (const value of values) assert.equal(cache.get(value.token), value);
});
