import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { argon2Hasher } from "./argon2-hasher.ts";
import type { PasswordHash } from "./credential-store.ts";

const small = { memoryKiB: 64, iterations: 1 };

test("hashes with argon2id, 19 MiB, two passes and one lane unless told otherwise", async () => {
  const hasher = argon2Hasher();
  const hash = await hasher.hash("correct horse");
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.deepEqual(await hasher.verify(hash, "correct horse"), { matches: true, outdated: false });
  assert.deepEqual(await hasher.verify(hash, "wrong horse"), { matches: false, outdated: false });
});

test("salts: one password never hashes to the same string twice", async () => {
  const hasher = argon2Hasher(small);
  assert.notEqual(await hasher.hash("correct horse"), await hasher.hash("correct horse"));
});

test("tells passwords apart that share their first 72 bytes", async () => {
  const hasher = argon2Hasher(small);
  const hash = await hasher.hash(`${"x".repeat(72)}1`);
  assert.equal((await hasher.verify(hash, `${"x".repeat(72)}2`)).matches, false);
});

test("calls a hash with other parameters outdated", async () => {
  const old = await argon2Hasher(small).hash("correct horse");
  for (const changed of [{ memoryKiB: 128 }, { iterations: 2 }, { parallelism: 2 }]) {
    assert.deepEqual(await argon2Hasher({ ...small, ...changed }).verify(old, "correct horse"), {
      matches: true,
      outdated: true,
    });
  }
});

test("reads a hash of another argon2 variant and calls it outdated", async () => {
  const argon2i =
    "$argon2i$v=19$m=64,t=1,p=1$Nbq76kh2AuyJBmztpZb0WA$O+Qh4+Gww/sFdPgBv5np9vNO1GV11X0py4NIP13ixMU";
  assert.deepEqual(await argon2Hasher(small).verify(argon2i as PasswordHash, "correct horse"), {
    matches: true,
    outdated: true,
  });
});

test("rejects, instead of saying no, for a hash that it cannot read", async () => {
  const unsalted = "5f4dcc3b5aa765d61d8327deb882cf99" as PasswordHash;
  await assert.rejects(argon2Hasher(small).verify(unsalted, "correct horse"));
});

test("refuses parameters out of range, naming the option", () => {
  assert.throws(() => argon2Hasher({ memoryKiB: 4 }), /^TypeError: argon2Hasher: memoryKiB/);
  assert.throws(() => argon2Hasher({ iterations: 0 }), /^TypeError: argon2Hasher: iterations/);
  assert.throws(() => argon2Hasher({ parallelism: 1.5 }), /^TypeError: argon2Hasher: parallelism/);
});

test("does not load the native module before the first password", () => {
  const script = `
    const { argon2Hasher } = await import(${JSON.stringify(fileURLToPath(new URL("argon2-hasher.ts", import.meta.url)))});
    const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes("argon2"));
    const hasher = argon2Hasher({ memoryKiB: 64, iterations: 1 });
    const before = loaded();
    await hasher.hash("correct horse");
    console.log(before, loaded());
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  assert.equal(output.trim(), "false true");
});
