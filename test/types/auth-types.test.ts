import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { createAuth, type JsonValue, type RequestAuth, type UserBody } from "symbolon";
import { createClient, type ClientOptions } from "symbolon/client";
import { memoryStore } from "symbolon/stores/memory";
import * as v from "valibot";

const root = new URL("../../", import.meta.url).pathname;

/** Whether two types are the same, as the compiler sees it: `any` is the same as nothing else. */
type Same<One, Other> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- by which the compiler has to compare the two as they are
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** `same<One, Other>(true)` compiles for the same types only. */
function same<One, Other>(isSame: Same<One, Other>): void {
  assert.ok(isSame);
}

const secret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-of-types";
const withoutAccounts = createAuth({ secret, store: memoryStore() });
const withAccounts = createAuth({
  secret,
  store: memoryStore(),
  accounts: { password: true },
  data: { items: v.number(), theme: v.picklist(["light", "dark"]) },
});
const options: ClientOptions = { baseUrl: "https://app.example.com" };

type Items = RequestAuth<{ readonly items: number; readonly theme: "light" | "dark" }>;
type Handle<Auth extends { readonly respond: unknown }> = Auth["respond"] extends (
  request: Request,
  handle: (auth: infer Given) => Promise<Response>,
) => unknown
  ? Given
  : never;

describe("the types of a server", () => {
  test("are those of the schemas of its session data, and any JSON without", () => {
    same<Handle<typeof withAccounts>, Items>(true);
    same<Handle<typeof withoutAccounts>, RequestAuth>(true);
    const use = async ({ data }: Handle<typeof withAccounts>): Promise<void> => {
      const theme = await data.get("theme");
      same<typeof theme, "light" | "dark" | undefined>(true);
      // @ts-expect-error -- no theme of the schema
      await data.set("theme", "blue");
      // @ts-expect-error -- a key without a schema
      await data.get("basket");
    };
    const useJson = async ({ data }: Handle<typeof withoutAccounts>): Promise<void> => {
      const anything = await data.get("basket");
      same<typeof anything, JsonValue | undefined>(true);
    };
    assert.equal(typeof use, typeof useJson);
  });

  test("have accounts where it has accounts", () => {
    assert.equal(withAccounts.users.find.length, 1);
    // @ts-expect-error -- it may be null
    assert.throws(() => withoutAccounts.users.find.length, TypeError);
  });
});

describe("the types of a client", () => {
  const client = createClient<typeof withAccounts>(options);

  test("have account actions where its server has accounts, or says nothing", (t) => {
    const [without, untyped] = [
      createClient<typeof withoutAccounts>(options),
      createClient(options),
    ];
    t.after(() => [client, without, untyped].forEach((each) => each.close()));
    assert.equal(typeof client.signIn, "function");
    assert.equal(typeof untyped.changePassword, "function");
    // @ts-expect-error -- without accounts nobody can say
    assert.equal(typeof without.signIn, "function");
    assert.equal(typeof without.sessions.list, "function");
    same<keyof typeof without, "session" | "sessions" | "signOut" | "fetch" | "close">(true);
    same<keyof typeof client, keyof typeof untyped>(true);
  });

  test("say what a sign-in needs and gives", () => {
    const enter = async (): Promise<void> => {
      const { user } = await client.signIn({ email: "ada@example.com", password: "a phrase" });
      same<typeof user, UserBody>(true);
      // @ts-expect-error -- no password
      await client.signIn({ email: "ada@example.com" });
    };
    assert.equal(typeof enter, "function");
  });

  test("say that there is a session where somebody is signed in, and only there", () => {
    const state = client.session.get();
    same<(typeof state)["status"], "unknown" | "signed_in" | "signed_out">(true);
    if (state.status === "signed_in") {
      same<typeof state.session.id, string>(true);
      same<typeof state.user, UserBody | null>(true);
    } else {
      same<typeof state.session, null>(true);
      assert.equal(state.session, null);
    }
  });
});

describe("the applications whose compilation is measured", () => {
  test("compile", () => {
    const { status, stdout } = spawnSync(
      `${root}node_modules/.bin/tsc`,
      ["-p", "bench/types/consumers"],
      { cwd: root, encoding: "utf8" },
    );
    assert.equal(status, 0, stdout);
  });
});
