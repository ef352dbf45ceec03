import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { createAuth, type Auth } from "symbolon";
import { legacyBetterAuth, type BetterAuthInstance } from "symbolon/legacy";
import { memoryStore } from "symbolon/stores/memory";
import { testSecret } from "../support/auth.ts";
import { ownCookie, visit } from "./old-world.ts";

const secret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-better-auth";

/** As much as the tests do with a real instance. */
interface Running {
  readonly old: BetterAuthInstance;
  readonly database: DatabaseSync;
  /** Registers over its own routes, as a browser does, and answers the browser's Cookie header. */
  readonly signUp: (email: string, rememberMe?: boolean) => Promise<string>;
  readonly isGood: (cookie: string) => Promise<boolean>;
}

async function running(extra: BetterAuthOptions = {}): Promise<Running> {
  const database = new DatabaseSync(":memory:");
  const options: BetterAuthOptions = {
    secret,
    baseURL: "https://app.example.com",
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    database,
    ...extra,
  };
  await (await getMigrations(options)).runMigrations();
  const old = betterAuth(options);
  return {
    old,
    database,
    async signUp(email, rememberMe = true) {
      const answer = await old.handler(
        new Request("https://app.example.com/api/auth/sign-up/email", {
          method: "POST",
          headers: { "content-type": "application/json", origin: "https://app.example.com" },
          body: JSON.stringify({ email, password: "a long password", name: "Ada", rememberMe }),
        }),
      );
      assert.equal(answer.status, 200);
      const fields = answer.headers.getSetCookie();
      return fields.map((field) => field.split(";", 1)[0]).join("; ");
    },
    async isGood(cookie) {
      return (await old.api.getSession({ headers: new Headers({ cookie }) })) !== null;
    },
  };
}

function authFor({ old }: Running): Auth {
  return createAuth({
    secret: testSecret,
    store: memoryStore(),
    baseUrl: "https://app.example.com",
    legacy: [legacyBetterAuth({ auth: old, claimsOf: ({ user }) => ({ was: user.id }) })],
  });
}

describe("sessions of better-auth", () => {
  test("are upgraded on first use, with user and time, and end there", async () => {
    const app = await running();
    const auth = authFor(app);
    const cookie = await app.signUp("ada@example.com");
    const [row] = app.database.prepare("select userId, createdAt from session").all();
    const visits = await Promise.all([visit({ auth }, cookie), visit({ auth }, cookie)]);
    for (const { principal } of visits) {
      assert.equal(principal?.userId, row?.["userId"]);
      assert.equal(principal?.authenticatedAt, new Date(String(row?.["createdAt"])).getTime());
      assert.deepEqual(principal?.claims, { was: row?.["userId"] });
    }
    const [first] = visits;
    assert.ok(first);
    assert.equal(first.cookies.get("__Secure-better-auth.session_token"), "");
    assert.equal(await app.isGood(cookie), false);
    assert.equal((await visit({ auth }, ownCookie(first))).principal?.userId, row?.["userId"]);
    await auth.sessions.revoke(first.principal?.sessionId ?? "");
    assert.equal((await visit({ auth }, cookie)).principal, null);
  });

  test("that were revoked there are not, also where its cookie cache still says yes", async () => {
    const app = await running({ session: { cookieCache: { enabled: true, maxAge: 300 } } });
    const auth = authFor(app);
    const cookie = await app.signUp("ada@example.com");
    app.database.exec("delete from session");
    assert.equal(await app.isGood(cookie), true, "by its cache");
    assert.equal((await visit({ auth }, cookie)).principal, null);
  });

  test("open nothing by a token without its signature, before the upgrade and after", async () => {
    const app = await running();
    const auth = authFor(app);
    const cookie = await app.signUp("ada@example.com");
    const [row] = app.database.prepare("select token from session").all();
    const token = String(row?.["token"]);
    const name = "__Secure-better-auth.session_token";
    const signature = decodeURIComponent(cookie).split(`${token}.`)[1]?.split(";")[0] ?? "";
    assert.equal(signature.length, 44);
    const forged = [
      token,
      `${token}.`,
      `${token}.${"A".repeat(43)}=`,
      `${token}.${signature.slice(0, 43)}`,
    ];
    const none = async (): Promise<void> => {
      for (const value of forged) {
        assert.equal(
          (await visit({ auth }, `${name}=${encodeURIComponent(value)}`)).principal,
          null,
        );
      }
    };
    await none();
    assert.equal((await visit({ auth }, cookie)).status, 200);
    await none();
    const unescaped = `${name}=${token}.${signature}`;
    const again = await visit({ auth }, unescaped);
    assert.notEqual(
      again.principal,
      null,
      "the same cookie in another spelling is the same session",
    );
    assert.equal((await auth.sessions.list(again.principal?.userId ?? "")).length, 1);
  });

  test("in which an administrator acts as the user stay there", async () => {
    const app = await running();
    const impersonated: BetterAuthInstance = {
      ...app.old,
      api: {
        async getSession(input) {
          const found = await app.old.api.getSession(input);
          return found && { ...found, session: { ...found.session, impersonatedBy: "admin" } };
        },
      },
    };
    const auth = authFor({ ...app, old: impersonated });
    const cookie = await app.signUp("ada@example.com");
    assert.equal((await visit({ auth }, cookie)).principal, null);
    assert.equal(await app.isGood(cookie), true);
  });

  test("end with the browser where they did, and have the prefix that it was given", async () => {
    const app = await running({ advanced: { cookiePrefix: "shop" } });
    const auth = authFor(app);
    for (const remember of [true, false]) {
      const cookie = await app.signUp(`${remember}@example.com`, remember);
      assert.match(cookie, /__Secure-shop\.session_token=/);
      const { principal } = await visit({ auth }, cookie);
      const [session] = await auth.sessions.list(principal?.userId ?? "");
      assert.ok(session);
      const fields: string[] = [];
      await auth.open(
        { method: "GET", headers: { cookie } },
        { assertOpen() {}, setCookie: (_, field) => void fields.push(field) },
      );
      const own = fields.find((field) => field.startsWith("__Host-sym="));
      assert.equal(own?.includes("Max-Age"), remember);
    }
  });

  test("are answered 503 when its database fails, and nobody is signed out", async () => {
    const app = await running();
    const auth = authFor(app);
    auth.on("store.failed", () => undefined);
    const cookie = await app.signUp("ada@example.com");
    app.database.exec("alter table session rename to gone");
    const answer = await visit({ auth }, cookie);
    assert.deepEqual([answer.status, answer.cookies.size], [503, 0]);
    app.database.exec("alter table gone rename to session");
    assert.notEqual((await visit({ auth }, cookie)).principal, null);
  });
});
