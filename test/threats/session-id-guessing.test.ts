import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { test } from "node:test";
import type { Auth } from "symbolon";
import { alice, bob, testSecret } from "../support/auth.ts";
import { ask, observedAuth, registered } from "../support/served-app.ts";

/**
 * The threat: the attacker makes session tokens, from nothing or from a token or an id that they know, and tries them
 * until one opens somebody's session, or until the store gives in under the reads.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

async function tokensOf(auth: Auth): Promise<readonly [string, string]> {
  const [first, second] = [await registered(auth, alice), await registered(auth, bob)];
  return [first.slice(first.indexOf("=") + 1), second.slice(second.indexOf("=") + 1)];
}

/** Presents the token in every way in which one can be; answers whether any opened a session. */
async function opensSession(auth: Auth, token: string): Promise<boolean> {
  const ways = [{ cookie: `__Host-sym=${token}` }, { authorization: `Bearer ${token}` }];
  const answers = await Promise.all(ways.map((headers) => auth.authenticate(headers)));
  return answers.some((principal) => principal !== null);
}

test("tokens that were not issued are refused without asking the store", async () => {
  const { auth, store } = observedAuth();
  const [token, other] = await tokensOf(auth);
  assert.ok(await opensSession(auth, token));
  store.takeCalls();

  const [id, rest] = [token.slice(4, 26), token.slice(27)];
  const [otherId, otherRest] = [other.slice(4, 26), other.slice(27)];
  const secret = Buffer.from(rest, "base64url").subarray(0, 32);
  const tag = Buffer.from(rest, "base64url").subarray(32);
  const made = (id: string, ...parts: Uint8Array[]) =>
    `sys_${id}.${Buffer.concat(parts).toString("base64url")}`;
  const flipped = Buffer.from(tag);
  flipped.writeUInt8(flipped.readUInt8(7) ^ 1, 7);
  const keyless = createHmac("sha256", testSecret).update(id).update(secret).digest();
  const lastOf = (text: string, step: number) =>
    text.slice(0, -1) + alphabet.charAt((alphabet.indexOf(text.slice(-1)) + step) % 64);

  const guesses: Readonly<Record<string, readonly string[]>> = {
    "random from end to end": Array.from({ length: 50 }, () =>
      made(randomBytes(16).toString("base64url"), randomBytes(40)),
    ),
    "a right id with a random secret and tag": Array.from({ length: 50 }, () =>
      made(id, randomBytes(40)),
    ),
    "a right id and a right tag with another secret": [made(id, randomBytes(32), tag)],
    "a flipped bit in the tag": [made(id, secret, flipped)],
    "no tag, a zero tag, a long tag": [
      made(id, secret),
      made(id, secret, Buffer.alloc(8)),
      made(id, secret, tag, tag),
    ],
    "a tag made with the secret itself instead of the derived key": [
      made(id, secret, keyless.subarray(0, 8)),
    ],
    "ids swapped between two sessions": [`sys_${otherId}.${rest}`, `sys_${id}.${otherRest}`],
    "the id alone": [id, `sys_${id}`, `sys_${id}.`],
    truncated: [token.slice(0, -1), token.slice(1), token.slice(0, 26), ""],
    extended: [
      `${token}A`,
      `${token}=`,
      ` ${token}x`,
      `${token}.${rest}`,
      `${token}%00`,
      `${token},`,
    ],
    "stray bits at the end of a part": [
      `sys_${lastOf(id, 1)}.${rest}`,
      lastOf(token, 1),
      lastOf(token, 2),
    ],
    "other spellings": [
      token.toUpperCase(),
      token.replace("sys_", "SYS_"),
      token.replace("sys_", "syr_"),
      token.replace(".", ","),
      token.replace(".", ".."),
      `sys_${Buffer.from(id, "base64url").toString("hex")}.${rest}`,
      `sys_${id}.${Buffer.from(rest, "base64url").toString("hex")}`,
      encodeURIComponent(token).replace(".", "%2E"),
      `"${token}"`,
    ],
  };
  for (const [kind, tokens] of Object.entries(guesses)) {
    for (const guess of tokens) assert.equal(await opensSession(auth, guess), false, kind);
  }
  assert.deepEqual(store.takeCalls(), []);
});

test("padding, + and / do not make a second spelling of a token", async () => {
  const { auth, store } = observedAuth();
  let respelt = 0;
  for (let user = 0; user < 20; user += 1) {
    const cookie = await registered(auth, {
      email: `u${user}@example.com`,
      password: alice.password,
    });
    const token = cookie.slice(cookie.indexOf("=") + 1);
    store.takeCalls();
    const body = token.slice(4);
    const plain = `sys_${body.replaceAll("-", "+").replaceAll("_", "/")}`;
    for (const spelling of [
      plain,
      token.replace(".", "==."),
      `${token}==`,
      token.replace(".", "=."),
    ]) {
      if (spelling === token) continue;
      respelt += 1;
      assert.equal(await opensSession(auth, spelling), false);
    }
    assert.deepEqual(store.takeCalls(), []);
  }
  assert.ok(respelt > 60);
});

test("no change to real tokens opens a session", async () => {
  const { auth, store } = observedAuth();
  const [token, other] = await tokensOf(auth);
  store.takeCalls();
  const character = fc.constantFrom(...`${alphabet}=+/.%~`.split(""));
  const position = fc.nat({ max: token.length - 1 });
  const change = fc.oneof(
    fc.tuple(position, character).map(
      ([at, to]) =>
        (text: string) =>
          text.slice(0, at) + to + text.slice(at + 1),
    ),
    fc.tuple(position, character).map(
      ([at, to]) =>
        (text: string) =>
          text.slice(0, at) + to + text.slice(at),
    ),
    position.map((at) => (text: string) => text.slice(0, at) + text.slice(at + 1)),
    position.map((at) => (text: string) => text.slice(0, at) + other.slice(at)),
    fc.tuple(position, position).map(
      ([from, to]) =>
        (text: string) =>
          text.slice(0, from) + other.slice(from, to) + text.slice(to),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = changes.reduce((text, apply) => apply(text), token);
      fc.pre(changed !== token && changed !== other);
      assert.equal(await opensSession(auth, changed), false);
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual(store.takeCalls(), []);
});

test("ids take 128 bits and secrets 256 from the random source, and no two tokens share any", async () => {
  const lengths: number[] = [];
  const { auth } = observedAuth({
    random(length) {
      lengths.push(length);
      return randomBytes(length);
    },
  });
  await auth.ready();
  const tokens = new Set<string>();
  for (let time = 0; time < 200; time += 1) {
    lengths.length = 0;
    const { tokens: issued } = await auth.signIn(
      { userId: "u1", delivery: "body" },
      { method: "POST", headers: {} },
    );
    // The session's id, its secret, and the id of the log entry that the sign-in might make.
    assert.deepEqual(lengths, [16, 32, 16]);
    const token = issued?.sessionToken ?? "";
    assert.match(token, /^sys_[\w-]{22}\.[\w-]{54}$/);
    for (let start = 4; start + 8 <= token.length; start += 8)
      tokens.add(token.slice(start, start + 8));
  }
  assert.equal(tokens.size, 200 * 9, "no block of 48 bits comes twice");
});

test("a random source that repeats itself opens no session of somebody else", async () => {
  const { auth } = observedAuth({ random: (length) => new Uint8Array(length).fill(7) });
  auth.on("error", () => undefined);
  const signIn = (userId: string) =>
    auth.signIn({ userId, delivery: "body" }, { method: "POST", headers: {} });
  const { tokens } = await signIn("u1");
  await assert.rejects(signIn("u2"));
  const authorization = `Bearer ${tokens?.sessionToken}`;
  assert.equal((await auth.authenticate({ authorization }))?.userId, "u1");
});

test("the public id of a session opens nothing, ends nothing of others, and looks like one that never was", async () => {
  const { auth } = observedAuth();
  const cookie = await registered(auth, alice);
  const victim = await registered(auth, bob);
  const victimId = /sys_([\w-]{22})/.exec(victim)?.[1] ?? "";
  const answers = [];
  for (const id of [victimId, randomBytes(16).toString("base64url")]) {
    const answer = await ask(auth, `/auth/sessions/${id}`, {
      method: "DELETE",
      headers: { cookie },
    });
    answers.push([answer.status, answer.text, [...answer.headers]]);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0]?.[0], 404);
  assert.equal((await ask(auth, "/auth/session", { headers: { cookie: victim } })).status, 200);
});
