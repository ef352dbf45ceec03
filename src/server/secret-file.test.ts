import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { keepSecret } from "./secret-file.ts";

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-secret-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "data", "secret");
}

test("makes a secret that only its owner can read, and reads it from then on", (t) => {
  const path = pathFor(t);
  const made = keepSecret(path);
  assert.equal(made.made, true);
  assert.match(made.secret, /^[\w-]{43}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, "utf8"), `${made.secret}\n`);
  assert.deepEqual(keepSecret(path), { secret: made.secret, made: false });
});

test("makes another one elsewhere", (t) => {
  assert.notEqual(keepSecret(pathFor(t)).secret, keepSecret(pathFor(t)).secret);
});

test("is one secret for processes that start at once, and leaves no draft behind", async (t) => {
  const path = pathFor(t);
  const module = fileURLToPath(new URL("secret-file.ts", import.meta.url));
  const script = `const { keepSecret } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(keepSecret(${JSON.stringify(path)})));`;
  const run = promisify(execFile);
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ["--input-type=module", "-e", script])),
  );
  const kept = outputs.map(({ stdout }) => JSON.parse(stdout) as ReturnType<typeof keepSecret>);
  assert.equal(new Set(kept.map(({ secret }) => secret)).size, 1);
  assert.equal(kept.filter(({ made }) => made).length, 1);
  assert.deepEqual(readdirSync(dirname(path)), ["secret"]);
});

test("says what is wrong instead of replacing what it cannot read", (t) => {
  const path = pathFor(t);
  mkdirSync(path, { recursive: true });
  assert.throws(() => keepSecret(path), { code: "EISDIR" });
});
