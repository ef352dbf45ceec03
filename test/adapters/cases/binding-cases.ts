import assert from "node:assert/strict";
import type { CloseReason } from "symbolon";
import type { Visitor } from "../../support/visitor.ts";
import type { HttpCase, ServedApp } from "../http-case.ts";

/** Binds a connection that a client opens; answers why it was closed, or null. */
async function bound({ auth }: ServedApp, client: Visitor): Promise<() => CloseReason | null> {
  const headers = { host: "localhost", ...client.credential() };
  const principal = await auth.authenticate(headers);
  assert.ok(principal !== null);
  let reason: CloseReason | null = null;
  auth.bind(principal, (why) => {
    reason = why;
  });
  return () => reason;
}

/** Lets time pass in steps that are shorter than what a connection is kept for in an outage. */
async function live({ pass }: ServedApp, minutes: number): Promise<void> {
  for (let left = 3 * minutes; left > 0; left -= 1) await pass(20_000);
}

/** Open connections. */
export const bindingCases: readonly HttpCase[] = [
  {
    name: "an open connection is closed when its login is revoked, and others stay",
    async run(app) {
      const { visitor, pass } = app;
      const [client, other] = [visitor(), visitor()];
      await client.login("u1");
      await other.login("u1");
      const [closed, stays] = [await bound(app, client), await bound(app, other)];
      await pass(3_000);
      assert.equal(closed(), null);
      await client.post("/auth/sign-out");
      await pass(1_000);
      assert.equal(closed(), "session_revoked");
      assert.equal(stays(), null);
    },
  },
  {
    name: "an open connection outlives its access token, and not its session",
    except: { jwt: "it has no session" },
    options: { session: { idle: "20m" } },
    async run(app) {
      const { visitor } = app;
      const client = visitor();
      await client.login("u1");
      const closed = await bound(app, client);
      for (let time = 0; time < 3; time += 1) {
        await live(app, 6);
        assert.equal(closed(), null);
      }
      await live(app, 3);
      assert.equal(closed(), "session_expired");
    },
  },
  {
    name: "an open connection is closed when its access token expires, where that is all there is",
    except: { session: "it has sessions", hybrid: "it has sessions" },
    async run(app) {
      const { visitor } = app;
      const client = visitor();
      await client.login("u1");
      const closed = await bound(app, client);
      await live(app, 14);
      assert.equal(closed(), null);
      await live(app, 2);
      assert.equal(closed(), "session_expired");
    },
  },
];
