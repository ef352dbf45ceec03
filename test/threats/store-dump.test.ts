import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { argon2Hasher, type Auth, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { sqliteStore } from "symbolon/stores/sqlite";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import type { Strategy } from "../adapters/http-case.ts";
import { ask, cookieOf, observedAuth, openGuest } from "../support/served-app.ts";

/**
 * The threat: the attacker has a copy of the store, by injection, from a backup, or off a thrown-away disk, and uses
 * what they find there as a credential.
 */

const user = { email: "canary@example.com", password: "canary-password-tomorrow" } as const;
const newPassword = "canary-second-password";

/** A life with everything that the store is told, and the secrets that were never to reach it. */
async function liveWith(
  store: Store,
  strategy: Strategy,
): Promise<{ readonly auth: Auth; readonly secrets: readonly string[] }> {
  const hasher = argon2Hasher({ memoryKiB: 64, iterations: 1 });
  const { auth } = observedAuth({ store, accounts: { password: { hasher } }, strategy });
  const secrets: string[] = [user.password, newPassword];
  const post = async (path: string, body: unknown, cookie?: string): Promise<string> => {
    const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
    const answer = await ask(auth, path, { method: "POST", headers, body });
    assert.ok(answer.status < 300, `${path} ${answer.text}`);
    const pairs = answer.headers.getSetCookie().map((field) => field.split(";")[0] ?? "");
    secrets.push(...pairs.map((set) => set.slice(set.indexOf("=") + 1)).filter(Boolean));
    return pairs.join("; ");
  };
  const guest = await openGuest(auth);
  secrets.push(
    String(guest.json["token"]),
    cookieOf(guest).slice(cookieOf(guest).indexOf("=") + 1),
  );
  const registered = await post("/auth/register", user, cookieOf(guest));
  await post("/auth/password", { currentPassword: user.password, newPassword }, registered);
  const latest = await post("/auth/sign-in", {
    email: user.email,
    password: newPassword,
    remember: true,
  });
  if (strategy === "hybrid") await post("/auth/refresh", {}, latest);
  const body = { email: user.email, password: newPassword, delivery: "body" };
  const { json } = await ask(auth, "/auth/sign-in", { method: "POST", body });
  const tokens = json["tokens"] as Readonly<Record<string, string>>;
  secrets.push(
    ...["sessionToken", "accessToken", "refreshToken"].flatMap((name) => tokens[name] ?? []),
  );
  const wrong = { email: user.email, password: "canary-wrong-password" };
  secrets.push(wrong.password);
  await ask(auth, "/auth/sign-in", { method: "POST", body: wrong });
  return { auth, secrets: secrets.flatMap((secret) => [secret, ...partsOf(secret)]) };
}

/** The secret half of a token, in the forms in which it could be written down. */
function partsOf(token: string): readonly string[] {
  // The end of a token of another kind: its signature or its MAC.
  if (/^(?:syr_|eyJ)/.test(token)) return [token.slice(-21)];
  const encoded = /^sys_[\w-]{22}\.([\w-]{54})$/.exec(token)?.[1];
  if (encoded === undefined) return [];
  const secret = Buffer.from(encoded, "base64url").subarray(0, 32);
  const forms = ["hex", "base64", "base64url", "latin1"] as const;
  return [encoded.slice(0, 40), ...forms.map((form) => secret.toString(form))];
}

/** Every value as it is, and as text in the usual encodings. */
function spellings(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const bytes =
    value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(`${value as string | number}`);
  const texts = [bytes.toString("latin1"), bytes.toString("utf8")];
  for (const form of ["hex", "base64", "base64url"] as const) texts.push(bytes.toString(form));
  return texts;
}

async function opensNothing(auth: Auth, values: readonly string[]): Promise<void> {
  const ids = values.filter((value) => /^[\w-]{22}$/.test(value));
  const long = values.filter((value) => /^[\w-]{43}$/.test(value));
  assert.ok(ids.length > 0 && long.length > 0, "the dump holds ids and hashes");
  const made = ids.flatMap((id) => long.map((hash) => `sys_${id}.${hash}`.padEnd(81, "A")));
  for (const value of [...values, ...made]) {
    if (!/^[\x20-\x7e]+$/.test(value)) continue;
    for (const headers of [
      { cookie: `__Host-sym=${value}` },
      { cookie: `__Host-sym_access=${value}` },
      { authorization: `Bearer ${value}` },
      { authorization: `Bearer sys_${value}` },
    ]) {
      assert.equal(await auth.authenticate(headers), null, value);
    }
  }
  for (const refreshToken of values.flatMap((value) => [value, `syr_${value}`])) {
    const answer = await ask(auth, "/auth/refresh", { method: "POST", body: { refreshToken } });
    assert.equal(answer.status, 401, refreshToken);
  }
  const hashes = values.filter((value) => value.startsWith("$argon2id$"));
  assert.notEqual(hashes.length, 0);
  for (const password of hashes) {
    const body = { email: user.email, password };
    assert.equal((await ask(auth, "/auth/sign-in", { method: "POST", body })).status, 401);
  }
}

for (const strategy of ["session", "hybrid"] as const) {
  test(`${strategy}: nothing in the SQLite database is a credential, and no secret is in its files`, async () => {
    const path = join(temporaryFolder(), "app.db");
    const { auth, secrets } = await liveWith(sqliteStore(path), strategy);

    const database = new DatabaseSync(path, { readOnly: true });
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    const values = tables.flatMap(({ name }) =>
      database
        .prepare(`select * from "${String(name)}"`)
        .all()
        .flatMap((row) => Object.values(row)),
    );
    database.close();
    const texts = [...new Set(values.flatMap(spellings))];
    assert.ok(
      texts.some((text) => text.includes(user.email)),
      "it is the right database",
    );
    assertAbsent(texts.join("\n"), secrets);
    await opensNothing(auth, texts);

    const files = readdirSync(join(path, ".."));
    assert.ok(files.includes("app.db-wal"), files.join());
    const bytes = files.map((file) => readFileSync(join(path, "..", file)).toString("latin1"));
    assert.ok(
      bytes.some((text) => text.includes(user.email)),
      "also in what is only in the log of writes",
    );
    assertAbsent(bytes.join("\n"), secrets);
    await auth.close();
    assertAbsent(readFileSync(path).toString("latin1"), secrets);
  });

  test(`${strategy}: nothing that the memory store is told or answers is a credential`, async () => {
    const seen: unknown[] = [];
    const store = memoryStore();
    const { auth, secrets } = await liveWith(
      {
        ...store,
        sessions: overheard(store.sessions, seen),
        revocation: overheard(store.revocation, seen),
        users: overheard(store.users, seen),
        credentials: overheard(store.credentials, seen),
        attempts: overheard(store.attempts, seen),
      },
      strategy,
    );
    const texts = [...new Set(seen.flatMap(leaves).flatMap(spellings))];
    assert.ok(texts.some((text) => text.includes(user.email)));
    assertAbsent(texts.join("\n"), secrets);
    await opensNothing(auth, texts);
  });
}

function assertAbsent(text: string, secrets: readonly string[]): void {
  assert.ok(secrets.length > 20);
  for (const secret of secrets) {
    assert.ok(!text.includes(secret), `a secret of ${secret.length} characters is in the store`);
  }
}

/** The slice, with everything that passes it noted. */
function overheard<Slice extends object>(slice: Slice, seen: unknown[]): Slice {
  return new Proxy(slice, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== "function") return method;
      return async (...input: unknown[]): Promise<unknown> => {
        const answer: unknown = await (Reflect.apply(method, target, input) as Promise<unknown>);
        seen.push(...input, answer);
        return answer;
      };
    },
  });
}

function leaves(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [value];
  if (value instanceof Map) return [...value].flatMap(leaves);
  if (Array.isArray(value)) return value.flatMap(leaves);
  return [...Object.keys(value), ...Object.values(value).flatMap(leaves)];
}
