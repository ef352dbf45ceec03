import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { commonPasswords } from "./common-passwords.ts";
import { isTooLong, normalizePassword, passwordProblem } from "./password-policy.ts";

const context = { email: "alice.smith@example.com", name: "Alice Smith", appName: "Teahouse" };

test("compares composed and decomposed spellings of a password as one", () => {
  assert.equal(normalizePassword("pa\u0308sse-muss-sein"), "p\u00E4sse-muss-sein");
});

test("turns other spaces into U+0020, also those that NFC maps to another space", () => {
  assert.equal(normalizePassword("a\u00A0b\u3000c\u2000d\u1680e"), "a b c d e");
});

test("trims nothing, cuts nothing and folds nothing", () => {
  const password = `  Ａ\u0131\uFB01 ${"x".repeat(2_000)}  `;
  assert.equal(normalizePassword(password), password);
});

test("gives the same form when applied twice", () => {
  for (const password of ["a\u2000\u0308", "\u1100\u1161\u11A8", "\u212B \u2126", "\uD800"]) {
    assert.equal(normalizePassword(normalizePassword(password)), normalizePassword(password));
  }
});

test("counts length in code points, after normalizing", async () => {
  assert.match((await passwordProblem("tr0mbön", context)) ?? "", /at least 8/);
  assert.match((await passwordProblem("tr0mbo\u0308n", context)) ?? "", /at least 8/);
  assert.match((await passwordProblem("🐎🔋🐎🔋", context)) ?? "", /at least 8/);
  assert.equal(await passwordProblem("tr0mböns", context), null);
  assert.equal(await passwordProblem("🐎🔋🐎🔋🐎🔋🐎🔋", context), null);
  assert.equal(await passwordProblem("🐎".repeat(1_024), context), null);
  assert.match((await passwordProblem("🐎".repeat(1_025), context)) ?? "", /at most 1024/);
  assert.match((await passwordProblem("tr0mböns", context, 12)) ?? "", /at least 12/);
});

test("knows cheaply that a password is too long", () => {
  assert.equal(isTooLong("x".repeat(1_024)), false);
  assert.equal(isTooLong("x".repeat(1_025)), true);
  assert.equal(isTooLong("x".repeat(10_000_000)), true);
  assert.equal(isTooLong("o\u0308".repeat(1_024)), false);
});

test("has no composition rules", async () => {
  for (const good of ["aaaaaaaaaaaaaaaaaa", "correct horse battery", "ЖЖЖЖ ыыыы", "?!?!??!!?!"]) {
    assert.equal(await passwordProblem(good, context), null, good);
  }
});

test("refuses control characters and lone surrogates", async () => {
  for (const bad of [
    "tab\there and there",
    "line\nbreak here",
    "nul\0in the middle",
    "lone \uD83D half",
  ]) {
    assert.match((await passwordProblem(bad, context)) ?? "", /can be typed/, JSON.stringify(bad));
  }
});

test("refuses common passwords, in any case, and what the source of the list leaves out", async () => {
  for (const bad of [
    "password1",
    "Password1",
    "PASSW0RD",
    "qwerty123",
    "iloveyou",
    "trustno1",
    "letmein1",
    "aaaaaaaa",
    "00000000",
    "12341234",
    "87654321",
    "abcdefgh",
    "123123123",
    "poiuytrewq",
  ]) {
    assert.match((await passwordProblem(bad, context)) ?? "", /first that anyone/, bad);
  }
});

test("refuses a word that belongs to the user, with digits and punctuation or without", async () => {
  for (const bad of [
    "alice.smith@example.com",
    "Alice.Smith",
    "alicesmith",
    "AliceSmith2024!",
    "smith-alice-1",
    "alicealice",
    "Alice19900101",
    "teahouse",
    "TeaHouse!!1",
    "example2024",
    "example alice",
  ]) {
    assert.match((await passwordProblem(bad, context)) ?? "", /name or an email/, bad);
  }
});

test("takes a password that merely holds such a word", async () => {
  for (const good of [
    "alice likes trombones",
    "smithereens",
    "my-example-kettle",
    "20241231-x-7",
  ]) {
    assert.equal(await passwordProblem(good, context), null, good);
  }
});

test("does not mistake short words for the user's", async () => {
  const short = { email: "jo@ab.de", name: "Jo A" };
  assert.equal(await passwordProblem("jojo1234jojo", short), null);
});

test("sees the user's word in digits-only and digit-bearing local parts", async () => {
  const bob = { email: "bob42@example.com" };
  assert.match((await passwordProblem("bob1999bob", bob)) ?? "", /name or an email/);
  assert.match((await passwordProblem("bob42bob42", bob)) ?? "", /name or an email/);
});

test("knows at least 10,000 common passwords, each long enough to be chosen, in under 150 KB", () => {
  assert.ok(commonPasswords.size >= 10_000);
  for (const password of commonPasswords) {
    assert.ok(password.length >= 8 && password === password.toLowerCase(), password);
  }
  assert.ok(statSync(new URL("common-passwords.ts", import.meta.url)).size < 150_000);
});

test("does not load the list before it is needed", () => {
  const policy = fileURLToPath(new URL("password-policy.ts", import.meta.url));
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
    const { passwordProblem } = await import(${JSON.stringify(policy)});
    const loaded = () => seen.some((url) => url.includes("common-passwords"));
    await passwordProblem("short", { email: "a@example.com" });
    const before = loaded();
    await passwordProblem("long enough", { email: "a@example.com" });
    console.log(before, loaded());
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  assert.equal(output.trim(), "false true");
});
