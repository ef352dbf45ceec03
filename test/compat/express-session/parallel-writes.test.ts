import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, test } from "node:test";
import { compat, original } from "./implementations.ts";
import { Gate, serve, type Routes } from "./served.ts";
import { implementations, sees, whileARequestIsSlow } from "./slow-request.ts";

describe("what two requests change of one session", () => {
  const change =
    (changes: Record<string, unknown>): NonNullable<Routes[string]> =>
    ({ session }, response) => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) Reflect.deleteProperty(session, key);
        else session[key] = value;
      }
      response.end();
    };

  test("survives in different keys: changed, added and removed", async (t) => {
    const { visit, cookie } = await whileARequestIsSlow(
      t,
      compat,
      (visit, cookie) => visit("/change", cookie),
      {
        "/change": change({ theme: undefined, cart: ["book"] }),
        slow: ({ session }) => void (session["language"] = { is: "en" }),
      },
    );
    assert.deepEqual(await sees(visit, cookie), {
      cookie: 0,
      who: "ada",
      cart: ["book"],
      language: { is: "en" },
      seen: true,
    });
  });

  test("is lost with express-session", async (t) => {
    const { visit, cookie } = await whileARequestIsSlow(
      t,
      original,
      (visit, cookie) => visit("/change", cookie),
      { "/change": change({ cart: ["book"] }) },
    );
    assert.equal((await sees(visit, cookie))["cart"], undefined);
  });

  test("in one key, the last that writes wins", async (t) => {
    const { visit, cookie } = await whileARequestIsSlow(
      t,
      compat,
      (visit, cookie) => visit("/change", cookie),
      {
        "/change": change({ theme: "dark" }),
        slow: ({ session }) => void (session["theme"] = "blue"),
      },
    );
    assert.equal((await sees(visit, cookie))["theme"], "blue");
  });

  test("is not undone by a request that only resaves", async (t) => {
    const gate = new Gate();
    const visit = await serve(
      t,
      {
        "/login": change({ who: "ada" }),
        "/change": change({ who: "grace" }),
        "/slow": async (_, response) => {
          await gate.pass();
          response.end();
        },
        "/whoami": ({ session }, response) => response.end(String(session["who"])),
      },
      { resave: true },
    );
    const { cookie } = await visit("/login");
    const slow = visit("/slow", cookie);
    await gate.arrived();
    await visit("/change", cookie);
    gate.open();
    await slow;
    assert.equal((await visit("/whoami", cookie)).body, "grace");
  });

  for (const [name, session] of Object.entries(implementations)) {
    test(`16 requests at once with ${name}`, async (t) => {
      const all = new Gate();
      let waiting = 0;
      const visit = await serve(
        t,
        {
          "/login": change({ who: "ada" }),
          "/add": async ({ session, url }, response) => {
            waiting += 1;
            if (waiting === 16) all.open();
            await all.pass();
            session[url] = true;
            response.end();
          },
          "/keys": ({ session }, response) => response.end(String(Object.keys(session).length)),
        },
        { store: new session.MemoryStore() },
        session,
      );
      const { cookie } = await visit("/login");
      await Promise.all(Array.from({ length: 16 }, (_, n) => visit(`/add?${n}`, cookie)));
      // Besides the user and the cookie.
      const survived = Number((await visit("/keys", cookie)).body) - 2;
      if (session === compat) assert.equal(survived, 16);
      else assert.ok(survived < 16, `${survived} of 16`);
    });
  }

  test("is not lost when the store fails at first", async (t) => {
    const store = new compat.MemoryStore();
    const visit = await serve(
      t,
      {
        "/login": change({ who: "ada" }),
        "/retry": ({ session }, response) => {
          const set = store.set.bind(store);
          store.set = (_, __, done) => done?.(new Error("for a moment"));
          session["theme"] = "dark";
          session.save(() => {
            store.set = set;
            session.save((error) => response.end(String(error)));
          });
        },
        "/theme": ({ session }, response) => response.end(String(session["theme"])),
      },
      { store },
    );
    const { cookie } = await visit("/login");
    assert.equal((await visit("/retry", cookie)).body, "undefined");
    assert.equal((await visit("/theme", cookie)).body, "dark");
  });

  test("does not wait for good for a store that has lost an answer", async (t) => {
    const store = new compat.MemoryStore();
    const [lost, waits] = [new Gate(), new Gate()];
    const visit = await serve(
      t,
      {
        "/login": change({ who: "ada" }),
        "/lost": ({ session }, response) => {
          session["a"] = 1;
          session.save();
          response.end();
        },
        "/change": (request, response) => {
          change({ b: 2 })(request, response);
          void waits.pass();
        },
        "/b": ({ session }, response) => response.end(String(session["b"])),
      },
      { store },
    );
    const { cookie } = await visit("/login");
    const set = store.set.bind(store);
    store.set = () => {
      store.set = set;
      void lost.pass();
    };
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let isOver = false;
    const first = visit("/lost", cookie);
    await lost.arrived();
    const over = visit("/change", cookie).then(() => (isOver = true));
    await waits.arrived();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(isOver, false);
    t.mock.timers.tick(10_000);
    await Promise.all([first, over]);
    assert.equal((await visit("/b", cookie)).body, "2");
  });
});
