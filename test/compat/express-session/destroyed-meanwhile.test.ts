import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, test } from "node:test";
import type { Request } from "express";
import { compat, original } from "./implementations.ts";
import { Gate, serve } from "./served.ts";
import { implementations, sees, whileARequestIsSlow } from "./slow-request.ts";

describe("a session that was destroyed while a request was slow", () => {
  const ways: Record<string, (request: Request, done: () => void) => void> = {
    "by session.destroy": ({ session }, done) => session.destroy(done),
    "by session.regenerate": ({ session }, done) => session.regenerate(done),
    "by the store": ({ sessionStore, sessionID }, done) => sessionStore.destroy(sessionID, done),
  };
  for (const [way, end] of Object.entries(ways)) {
    for (const [name, session] of Object.entries(implementations)) {
      const survives = session === original;
      test(`${way}: ${survives ? "comes back with" : "stays gone with"} ${name}`, async (t) => {
        const { visit, cookie } = await whileARequestIsSlow(
          t,
          session,
          (visit, cookie) => visit("/end", cookie),
          { "/end": (request, response) => end(request, () => response.end()) },
        );
        assert.equal((await sees(visit, cookie))["who"], survives ? "ada" : undefined);
      });
    }
  }

  test("stays gone with resave and an explicit save", async (t) => {
    const { visit, cookie } = await whileARequestIsSlow(
      t,
      compat,
      (visit, cookie) => visit("/logout", cookie),
      {
        slow: ({ session }) =>
          new Promise<void>((resolve, reject) =>
            session.save((error) => (error === undefined ? resolve() : reject(error as Error))),
          ),
      },
      { resave: true, saveUninitialized: true },
    );
    assert.equal((await sees(visit, cookie))["who"], undefined);
  });

  test("comes back when the application has asked for it", async (t) => {
    const { visit, cookie } = await whileARequestIsSlow(
      t,
      compat,
      (visit, cookie) => visit("/logout", cookie),
      {},
      { dangerouslySaveUnread: true },
    );
    assert.equal((await sees(visit, cookie))["who"], "ada");
  });

  test("stays gone when the write was on its way before the deletion", async (t) => {
    const writing = new Gate();
    const store = new compat.MemoryStore();
    const visit = await serve(
      t,
      {
        "/login": ({ session }, response) => {
          session["who"] = "ada";
          response.end();
        },
        "/change": ({ session }, response) => {
          session["theme"] = "dark";
          response.end();
        },
        "/logout": ({ session }, response) => session.destroy(() => response.end()),
        "/whoami": ({ session }, response) => response.end(String(session["who"])),
      },
      { store },
    );
    const { cookie } = await visit("/login");
    const set = store.set.bind(store);
    store.set = (id, data, done) => void writing.pass().then(() => set(id, data, done));
    const change = visit("/change", cookie);
    await writing.arrived();
    const logout = visit("/logout", cookie);
    await nextTurn();
    writing.open();
    await Promise.all([change, logout]);
    assert.equal((await visit("/whoami", cookie)).body, "undefined");
  });
});
