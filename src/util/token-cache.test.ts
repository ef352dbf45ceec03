import assert from "node:assert/strict";
import test from "node:test";
import { TokenCache } from "./token-cache.ts";

test("a token is found by all of its characters", () => {
  const cache = new TokenCache<{ readonly token: string }>(10);
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

test("of tokens with one place the last is remembered, and none is taken for another", () => {
  const cache = new TokenCache<{ readonly token: string }>(10);
  const [first, second] = [{ token: "first-signature" }, { token: "second-signature" }];
  cache.set(first);
  cache.set(second);
  assert.equal(cache.get(first.token), undefined);
  assert.equal(cache.get(second.token), second);
  assert.equal(cache.size, 1);
});

test("a short token has a place too", () => {
  const cache = new TokenCache<{ readonly token: string }>(10);
  for (const token of ["", "a", "ab"]) {
    const value = { token };
    cache.set(value);
    assert.equal(cache.get(token), value);
  }
});
