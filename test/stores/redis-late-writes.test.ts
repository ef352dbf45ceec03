import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { AuthError, createAuth, type Auth } from "symbolon";
import { redisStore } from "symbolon/stores/redis";
import { testSecret } from "../support/auth.ts";
import { freePort } from "../support/node-process.ts";
import { bothLibraries, clientFor, serverFor, type Library } from "./redis/own-server.ts";
import { ownServersMissing } from "./redis/where.ts";
import { Relay } from "./relay.ts";

const request = { method: "POST", headers: {} };

/** How the claims of a user with one session are changed. */
const updates = {
  async update(auth: Auth, userId: string, role: string) {
    const [session] = await auth.sessions.list(userId);
    return () => auth.sessions.update(session?.id ?? "", { claims: { role } });
  },
  async updateAll(auth: Auth, userId: string, role: string) {
    return () => auth.sessions.updateAll(userId, { claims: { role } });
  },
};

/**
 * What a process gave up may lie in a queue, its client's or the network's, and be done long after. Whoever acted
 * meanwhile must have the last word.
 */
describe("a write that was given up", { skip: ownServersMissing() }, () => {
  for (const library of bothLibraries) {
    test(`of a sign-in starts no session when the user was signed out everywhere meanwhile (${library})`, async (t) => {
      const { cutOff, connected, relay } = await twoProcesses(t, library);
      // So that the server has the script: a write that finds it missing is sent again, behind what came later.
      await cutOff.signIn({ userId: "w" }, request);
      relay.freeze();
      await Promise.all(["u", "v"].map((userId) => givesUp(cutOff.signIn({ userId }, request))));
      await connected.sessions.revokeAll({ userId: "u" });
      relay.thaw();
      // On the connection of the sign-in, and so after it.
      await untilReady(cutOff);
      assert.equal((await connected.sessions.list("v")).length, 1, "the writes did come late");
      assert.deepEqual(await connected.sessions.list("u"), []);
    });

    for (const [call, prepare] of Object.entries(updates)) {
      test(`by ${call} takes back no newer claims (${library})`, async (t) => {
        const { cutOff, connected, relay } = await twoProcesses(t, library);
        for (const userId of ["u", "v", "w"]) {
          await connected.signIn({ userId, claims: { role: "guest" } }, request);
        }
        // So that the server has the script, as above.
        await (
          await prepare(cutOff, "w", "admin")
        )();
        const late = await Promise.all(["u", "v"].map((user) => prepare(cutOff, user, "admin")));
        relay.freeze();
        await Promise.all(late.map((update) => givesUp(update())));
        await (
          await prepare(connected, "u", "reader")
        )();
        relay.thaw();
        await untilReady(cutOff);
        assert.equal(await roleOf(connected, "v"), "admin", "the writes did come late");
        assert.equal(await roleOf(connected, "u"), "reader");
      });
    }
  }
});

/** Two processes of one Redis, of which one is behind a relay. */
async function twoProcesses(t: TestContext, library: Library) {
  const auths: Auth[] = [];
  // First of all, because what a test leaves is put away in the order in which it came.
  t.after(() => Promise.all(auths.map((auth) => auth.close())));
  const server = await serverFor(t);
  const relay = new Relay(await freePort(), `redis://127.0.0.1:${server.port}`, 6379);
  await relay.open();
  const [cutOff, connected] = await Promise.all(
    [relay, server].map(async (at) => {
      const { client } = await clientFor(t, at, library);
      const auth = createAuth({ secret: testSecret, store: redisStore(client) });
      auth.on("store.failed", () => undefined);
      auth.on("warning", () => undefined);
      await auth.ready();
      auths.push(auth);
      return auth;
    }),
  );
  t.after(() => relay.close());
  assert.ok(cutOff !== undefined && connected !== undefined);
  return { cutOff, connected, relay };
}

async function givesUp(write: Promise<unknown>): Promise<void> {
  await assert.rejects(
    write,
    (error) => error instanceof AuthError && error.code === "outcome_unknown",
  );
}

async function roleOf(auth: Auth, userId: string): Promise<unknown> {
  const [session] = await auth.sessions.list(userId);
  return session?.claims["role"];
}

async function untilReady(auth: Auth): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await auth.ready();
    } catch (error) {
      if (tries === 50) throw error;
    }
    await pause(20);
  }
}
