import assert from "node:assert/strict";
import { pbkdf2Sync, scryptSync } from "node:crypto";
import { describe, test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { hashPassword as betterAuthHash } from "better-auth/crypto";
import { argon2Hasher } from "../argon2-hasher.ts";
import type { PasswordHash } from "../credential-store.ts";
import { parseForeignHash } from "./foreign-hash.ts";

const password = "correct horse";
const salt = "000102030405060708090a0b0c0d0e0f";
const saltBytes = Buffer.from(salt, "hex");
const sha256Key = pbkdf2Sync(password, saltBytes, 1_000, 32, "sha256");
const textKey = pbkdf2Sync(password, "saltOfText", 1_000, 32, "sha256");

/** By form: hashes of `password`. */
const hashes: Readonly<Record<string, string>> = {
  "bcrypt 2b": await bcrypt(password, { cost: 4 }),
  "bcrypt 2a": await bcrypt(password, { cost: 4, version: "2a" }),
  "bcrypt 2y": await bcrypt(password, { cost: 4, version: "2y" }),
  "better-auth": await betterAuthHash(password),
  "scrypt of Node.js, salt of digits, salt:hash": `${salt}:${scryptSync(password, salt, 64).toString("hex")}`,
  "scrypt of Node.js, salt of digits, hash.salt": `${scryptSync(password, salt, 64).toString("hex")}.${salt}`,
  "scrypt of Node.js, salt of bytes": `${salt}:${scryptSync(password, saltBytes, 32).toString("hex")}`,
  "scrypt as a PHC string": `$scrypt$ln=10,r=8,p=2$${phc(saltBytes)}$${phc(scryptSync(password, saltBytes, 32, { N: 1_024, r: 8, p: 2 }))}`,
  "PBKDF2 as a PHC string": `$pbkdf2-sha256$i=1000,l=32$${phc(saltBytes)}$${phc(sha256Key)}`,
  "PBKDF2 of passlib": `$pbkdf2-sha256$1000$${phc(saltBytes)}$${phc(sha256Key).replaceAll("+", ".")}`,
  "PBKDF2 of Django": `pbkdf2_sha256$1000$saltOfText$${textKey.toString("base64")}`,
};

describe("a hash of another library", () => {
  const hasher = argon2Hasher({ memoryKiB: 64, iterations: 1 });
  for (const [form, hash] of Object.entries(hashes)) {
    test(`${form}: takes the password and no other, and is outdated`, async () => {
      const stored = hash as PasswordHash;
      assert.deepEqual(await hasher.verify(stored, password), { matches: true, outdated: true });
      for (const wrong of ["correct horsf", "correct horse ", ""]) {
        assert.deepEqual(await hasher.verify(stored, wrong), { matches: false, outdated: false });
      }
    });
  }

  test("takes what the documents of other libraries show", async () => {
    for (const [text, shown] of [
      // passlib's documentation of scrypt and of pbkdf2_sha256.
      [
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "password",
      ],
      [
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
        "toomanysecrets",
      ],
      // The example of bcrypt's article in the encyclopaedia.
      ["$2a$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "abc123xyz"],
    ] as const) {
      assert.equal(await parseForeignHash(text)?.verify(shown), true, text);
    }
  });

  test("is looked at by better-auth in its plainest characters, so a ligature is two letters", async () => {
    const hash = (await betterAuthHash("ﬁrst")) as PasswordHash;
    assert.equal((await hasher.verify(hash, "first")).matches, true);
  });
});

describe("what is no hash of another library", () => {
  const key = "ab".repeat(64);
  for (const [what, text] of Object.entries({
    "a cost that takes minutes, bcrypt": `$2b$31$${"a".repeat(53)}`,
    "a faulty variant of bcrypt": `$2x$10$${"a".repeat(53)}`,
    "bcrypt, cut short": `$2b$10$${"a".repeat(52)}`,
    "memory of gigabytes": `$scrypt$ln=24,r=64,p=1$${phc(saltBytes)}$${phc(saltBytes)}`,
    "no memory": `$scrypt$ln=0,r=8,p=1$${phc(saltBytes)}$${phc(saltBytes)}`,
    "iterations that take hours": `$pbkdf2-sha256$i=4000000000$${phc(saltBytes)}$${phc(saltBytes)}`,
    "iterations that take minutes, since the key has many blocks": `$pbkdf2-sha1$i=10000000$${phc(saltBytes)}$${phc(Buffer.alloc(690, 1))}`,
    "work that takes longer than anybody waits": `$scrypt$ln=15,r=64,p=16$${phc(saltBytes)}$${phc(saltBytes)}`,
    "what scrypt cannot be asked for": `$scrypt$ln=16,r=1,p=1$${phc(saltBytes)}$${phc(saltBytes)}`,
    "no iterations": `$pbkdf2-sha256$0$${phc(saltBytes)}$${phc(saltBytes)}`,
    "a digest that nobody knows": `$pbkdf2-md5$1000$${phc(saltBytes)}$${phc(saltBytes)}`,
    "an empty hash": `$pbkdf2-sha256$1000$${phc(saltBytes)}$`,
    "a hash of a few bits": `$pbkdf2-sha256$1000$${phc(saltBytes)}$YWJj`,
    "digits in another spelling": `$pbkdf2-sha256$01000$${phc(saltBytes)}$${phc(saltBytes)}`,
    "half a digit": `${salt}0:${key}`,
    "a password": password,
    "an unsalted digest": "5f4dcc3b5aa765d61d8327deb882cf99",
    nothing: "",
    "a text of a megabyte": `${salt}:${"ab".repeat(500_000)}`,
  })) {
    test(what, () => assert.equal(parseForeignHash(text), null));
  }
});

function phc(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
