import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { Auth as AuthJs } from "@auth/core";
import type { Adapter } from "@auth/core/adapters";
import PostgresAdapter from "@auth/pg-adapter";
import { Pool } from "pg";
import { createAuth, type Auth } from "symbolon";
import { legacyAuthJs } from "symbolon/legacy";
import { memoryStore } from "symbolon/stores/memory";
import { testSecret } from "../support/auth.ts";
import { ownPostgres } from "../support/own-database.ts";
import { ownCookie, visit } from "./old-world.ts";

/** As the adapter's documentation has them. */
const tables = `
  create table users (id serial primary key, name varchar(255), email varchar(255), "emailVerified" timestamptz, image text);
  create table sessions (id serial primary key, "userId" integer not null, expires timestamptz not null, "sessionToken" varchar(255) not null);
`;

const database = await ownPostgres();
const skip = typeof database === "string" && database;

interface Running {
  readonly adapter: Adapter;
  readonly run: (sql: string) => Promise<unknown>;
  /** A session as a sign-in makes it; answers its token. */
  readonly signIn: (expires?: Date) => Promise<string>;
  /** Whom Auth.js itself takes a cookie for. */
  readonly sessionOf: (cookie: string) => Promise<unknown>;
}

async function running(): Promise<Running> {
  assert.ok(typeof database !== "string");
  const { url, run } = await database.another();
  const pool = new Pool({ connectionString: url });
  pool.on("error", () => undefined);
  after(() => pool.end());
  await pool.query(tables);
  const adapter = PostgresAdapter(pool);
  return {
    adapter,
    run,
    async signIn(expires = new Date(Date.now() + 86_400_000)) {
      const sessionToken = randomUUID();
      const email = `${sessionToken}@example.com`;
      const user = await adapter.createUser?.({ id: "", email, emailVerified: null });
      assert.ok(user);
      await adapter.createSession?.({ sessionToken, userId: user.id, expires });
      return sessionToken;
    },
    async sessionOf(cookie) {
      const request = new Request("https://app.example.com/auth/session", { headers: { cookie } });
      const config = { adapter, providers: [], secret: testSecret, trustHost: true };
      const answer = await AuthJs(request, {
        ...config,
        session: { strategy: "database" },
        basePath: "/auth",
      });
      return answer.json();
    },
  };
}

function authOver(adapter: Adapter): Auth {
  return createAuth({
    secret: testSecret,
    store: memoryStore(),
    baseUrl: "https://app.example.com",
    legacy: [legacyAuthJs({ adapter })],
  });
}

const names = [
  "__Secure-authjs.session-token",
  "authjs.session-token",
  "__Secure-next-auth.session-token",
  "next-auth.session-token",
];

describe("sessions of Auth.js in its database", { skip }, () => {
  test("are upgraded on first use, under each name of their cookie, and end there", async () => {
    const { adapter, signIn, sessionOf } = await running();
    const auth = authOver(adapter);
    for (const name of names) {
      const cookie = `${name}=${await signIn()}`;
      if (name === "__Secure-authjs.session-token") assert.notEqual(await sessionOf(cookie), null);
      const visits = await Promise.all([visit({ auth }, cookie), visit({ auth }, cookie)]);
      const [first, second] = visits;
      assert.ok(first && second);
      assert.match(
        first.principal?.userId ?? "",
        /^\d+$/,
        "an id that is a number there is a text here",
      );
      assert.equal(first.principal?.authenticatedAt, 0, "nobody knows when");
      assert.equal(ownCookie(first), ownCookie(second));
      assert.equal(first.cookies.get(name), "");
      if (name === "__Secure-authjs.session-token") assert.equal(await sessionOf(cookie), null);
      await auth.sessions.revoke(first.principal?.sessionId ?? "");
      assert.equal((await visit({ auth }, cookie)).principal, null);
    }
  });

  test("are not when they have expired, are two under one name, or are tokens of another strategy", async () => {
    const { adapter, signIn } = await running();
    const auth = authOver(adapter);
    const [name] = names;
    const [one, two] = [await signIn(), await signIn()];
    for (const cookie of [
      `${name}=${await signIn(new Date(Date.now() - 1_000))}`,
      `${name}=${one}; ${name}=${two}`,
      `${name}=${"e".repeat(600)}`,
      `${name}=${randomUUID()}`,
      `${name}=`,
    ]) {
      assert.equal((await visit({ auth }, cookie)).principal, null);
    }
    assert.notEqual((await visit({ auth }, `${name}=${one}`)).principal, null);
  });

  test("are answered 503 when its database fails, and nobody is signed out", async () => {
    const { adapter, signIn, run } = await running();
    const auth = authOver(adapter);
    auth.on("store.failed", () => undefined);
    const cookie = `${names[0]}=${await signIn()}`;
    await run("alter table sessions rename to gone");
    assert.deepEqual((await visit({ auth }, cookie)).status, 503);
    await run("alter table gone rename to sessions");
    assert.notEqual((await visit({ auth }, cookie)).principal, null);
  });

  test("are not out of reach because strangers send what its database fails at", async () => {
    const { adapter, signIn } = await running();
    const auth = authOver(adapter);
    const cookie = `${names[0]}=${await signIn()}`;
    for (const token of ["%00", "a%00b", "%0a", "%C3%A9", "a%20b"]) {
      const answer = await visit({ auth }, `${names[0]}=${token}`);
      assert.deepEqual([answer.status, answer.principal], [200, null], token);
    }
    assert.notEqual((await visit({ auth }, cookie)).principal, null);
  });

  test("need an adapter that keeps sessions", () => {
    assert.throws(() => legacyAuthJs({ adapter: {} }), /must have getSessionAndUser/);
  });
});
