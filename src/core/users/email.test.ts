import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeEmail } from "./email.ts";

test("keeps the address as typed, without the blanks around it", () => {
  assert.deepEqual(normalizeEmail(" \tAlice.Smith+tea@Example.COM\n"), {
    email: "Alice.Smith+tea@Example.COM",
    emailKey: "alice.smith+tea@example.com",
  });
});

test("compares by NFC and lower case", () => {
  const composed = normalizeEmail("J\u00D6RG@b\u00FCcher.example");
  const decomposed = normalizeEmail("jo\u0308rg@bu\u0308cher.example");
  assert.equal(composed?.emailKey, "j\u00F6rg@b\u00FCcher.example");
  assert.equal(decomposed?.emailKey, composed?.emailKey);
});

test("gives a key that is its own key", () => {
  for (const email of ["\u0130@example.com", "\u212A@example.com", "\u03A3\u03A3@example.com"]) {
    const key = normalizeEmail(email)?.emailKey ?? "";
    assert.equal(normalizeEmail(key)?.emailKey, key, email);
  }
});

test("takes addresses that receive mail", () => {
  for (const email of [
    "a@b.co",
    "o'hara@example.com",
    "x_y=z%1@mail.example.co.uk",
    "1@2.example",
    "用户@例子.广告",
    "a@xn--bcher-kva.example",
    `${"l".repeat(64)}@example.com`,
    `a@${"d".repeat(63)}.com`,
  ]) {
    assert.notEqual(normalizeEmail(email), null, email);
  }
});

test("refuses what cannot receive mail", () => {
  for (const email of [
    "",
    " ",
    "alice",
    "@example.com",
    "alice@",
    "alice@@example.com",
    "a@b@example.com",
    "alice@localhost",
    "alice@.com",
    "alice@example.",
    "alice@exa..mple.com",
    "alice@-example.com",
    "alice@example-.com",
    "alice@exa_mple.com",
    "alice@[127.0.0.1]",
    `${"l".repeat(65)}@example.com`,
    `a@${"d".repeat(64)}.com`,
    `${"l".repeat(60)}@${"d".repeat(60)}.${"d".repeat(60)}.${"d".repeat(60)}.${"d".repeat(20)}`,
  ]) {
    assert.equal(normalizeEmail(email), null, email);
  }
});

test("refuses blanks, control and invisible characters inside", () => {
  for (const character of [" ", "\t", "\n", "\r", "\0", "\u007F", "\u00A0", "\u200B", "\u202E"]) {
    assert.equal(normalizeEmail(`al${character}ice@example.com`), null);
    assert.equal(normalizeEmail(`alice@exa${character}mple.com`), null);
  }
  assert.equal(normalizeEmail("al\uD800ice@example.com"), null);
});

test("refuses what would make one address into two in a mail header", () => {
  for (const email of [
    "a,b@example.com",
    "a;b@example.com",
    "<a@example.com>",
    '"a"@example.com',
  ]) {
    assert.equal(normalizeEmail(email), null, email);
  }
});

test("answers quickly for megabytes", () => {
  assert.equal(normalizeEmail(`${"a".repeat(5_000_000)}@example.com`), null);
});
