import type { SessionStore } from "../../core/sessions/session-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import { aGuest, aSession, aStamp } from "./samples.ts";

const maxBytes = 10_000;

async function started(sessions: SessionStore): Promise<string> {
  const session = aSession();
  await sessions.insert(session, null, aStamp());
  return session.id;
}

export const sessionDataCases: readonly StoreContractCase[] = casesOf("sessions", {
  "of 16 concurrent first writes of one key, exactly 1 is written": async ({ sessions }) => {
    const id = await started(sessions);
    const verdicts = await sixteen((index) =>
      sessions.writeData(id, { key: "k", from: null, to: String(index), maxBytes }),
    );
    same(
      count(verdicts, (verdict) => verdict === "written"),
      1,
    );
    same(
      (await sessions.readData(id))?.get("k"),
      String(verdicts.indexOf("written")),
      "the value that stayed is the winner's",
    );
  },
  "of 16 concurrent writes with the same `from`, exactly 1 is written": async ({ sessions }) => {
    const id = await started(sessions);
    await sessions.writeData(id, { key: "k", to: '"old"', maxBytes });
    const verdicts = await sixteen((index) =>
      sessions.writeData(id, { key: "k", from: '"old"', to: String(index), maxBytes }),
    );
    same(
      count(verdicts, (verdict) => verdict === "written"),
      1,
    );
  },
  "of 16 concurrent deletions with the same `from`, exactly 1 is written": async ({ sessions }) => {
    const id = await started(sessions);
    await sessions.writeData(id, { key: "k", to: "1", maxBytes });
    const verdicts = await sixteen(() =>
      sessions.writeData(id, { key: "k", from: "1", to: null, maxBytes }),
    );
    same(
      count(verdicts, (verdict) => verdict === "written"),
      1,
    );
  },
  "16 concurrent writes of different keys all stay": async ({ sessions }) => {
    const id = await started(sessions);
    await sixteen((index) => sessions.writeData(id, { key: `k${index}`, to: "1", maxBytes }));
    same((await sessions.readData(id))?.size, 16);
  },
  "of 16 concurrent writes of 10 bytes within 50, exactly 5 are written": async ({ sessions }) => {
    const id = await started(sessions);
    const verdicts = await sixteen((index) =>
      sessions.writeData(id, { key: `k${index + 10}`, to: "1234567", maxBytes: 50 }),
    );
    same(
      count(verdicts, (verdict) => verdict === "written"),
      5,
    );
  },
  "concurrent writes to a guest that signs in move with it or fail": async ({ sessions }) => {
    const [guest, login] = [aGuest(), aSession()];
    await sessions.insert(guest, null, aStamp());
    const writing = sixteen((index) =>
      sessions.writeData(guest.id, { key: `k${index}`, to: "1", maxBytes }),
    );
    await sessions.insert(login, guest.id, aStamp());
    const written = count(await writing, (verdict) => verdict === "written");
    same((await sessions.readData(login.id))?.size, written, "moved keys, of those acknowledged");
  },
  "a key is written, replaced and deleted, and others are not touched": async ({ sessions }) => {
    const id = await started(sessions);
    const other = await started(sessions);
    same(await sessions.readData(id), new Map(), "at first");
    for (const to of ["1", "2"]) {
      same(await sessions.writeData(id, { key: "a", to, maxBytes }), "written", `a = ${to}`);
    }
    await sessions.writeData(id, { key: "b", to: "3", maxBytes });
    const both = new Map([
      ["a", "2"],
      ["b", "3"],
    ]);
    same(await sessions.readData(id), both, "two keys");
    same(await sessions.writeData(id, { key: "a", to: null, maxBytes }), "written", "deleting a");
    same(await sessions.readData(id), new Map([["b", "3"]]), "after deleting a");
    same(
      await sessions.writeData(id, { key: "a", to: null, maxBytes }),
      "written",
      "deleting what is not there",
    );
    same(await sessions.readData(other), new Map(), "another session");
  },
  "a write whose `from` is not the value is a conflict, and writes nothing": async ({
    sessions,
  }) => {
    const id = await started(sessions);
    same(
      await sessions.writeData(id, { key: "k", from: "1", to: "2", maxBytes }),
      "conflict",
      "from a value, no key",
    );
    same(await sessions.readData(id), new Map(), "afterwards");
    await sessions.writeData(id, { key: "k", to: '{"a":1}', maxBytes });
    for (const from of [null, '{"a": 1}', '{"a":2}', ""]) {
      same(
        await sessions.writeData(id, { key: "k", from, to: "2", maxBytes }),
        "conflict",
        `from ${JSON.stringify(from)}`,
      );
    }
    same(
      await sessions.writeData(id, { key: "k", from: null, to: null, maxBytes }),
      "conflict",
      "deleting from null",
    );
    same(await sessions.readData(id), new Map([["k", '{"a":1}']]), "after the conflicts");
    same(
      await sessions.writeData(id, { key: "k", from: '{"a":1}', to: "null", maxBytes }),
      "written",
      "from the value",
    );
    same(
      (await sessions.readData(id))?.get("k"),
      "null",
      "JSON null is a value, not the end of a key",
    );
  },
  "the limit counts all keys and values, in UTF-8 bytes": async ({ sessions }) => {
    const id = await started(sessions);
    // 4 + 6 bytes: the fox is 4 bytes in UTF-8 and 2 units in UTF-16.
    same(
      await sessions.writeData(id, { key: "🦊", to: '"🦊"', maxBytes: 9 }),
      "too_large",
      "9 of 10 bytes",
    );
    same(await sessions.readData(id), new Map(), "after too_large");
    same(
      await sessions.writeData(id, { key: "🦊", to: '"🦊"', maxBytes: 10 }),
      "written",
      "10 of 10",
    );
    same(
      await sessions.writeData(id, { key: "ab", to: "12", maxBytes: 13 }),
      "too_large",
      "13 of 14",
    );
    same(
      await sessions.writeData(id, { key: "ab", to: "12", maxBytes: 14 }),
      "written",
      "14 of 14",
    );
    same(
      await sessions.writeData(id, { key: "ab", to: "34", maxBytes: 14 }),
      "written",
      "replacing a value does not count it twice",
    );
    same(
      await sessions.writeData(id, { key: "ab", from: "34", to: "345", maxBytes: 14 }),
      "too_large",
      "one byte more",
    );
    same((await sessions.readData(id))?.get("ab"), "34", "the value after too_large");
    await sessions.writeData(id, { key: "🦊", to: null, maxBytes: 14 });
    same(
      await sessions.writeData(id, { key: "cd", to: "12345678", maxBytes: 14 }),
      "written",
      "in the room of a deleted key",
    );
  },
  "hostile keys are told apart and come back as they were": async ({ sessions }) => {
    const id = await started(sessions);
    const keys = ["'", '"', "`", "\\", "%", "_", " ", "", "a'; drop table x --"].concat(
      ["__proto__", "constructor", "toString", "a", "A", "a\u0000", "a\u0000b", "\u0000"],
      ["é", "e\u0301", "🦊", "\ud800", "\ud801", "\udc00", "\ufffd"],
    );
    const expected = new Map(keys.map((key, index) => [key, String(index)]));
    for (const [key, to] of expected) {
      same(
        await sessions.writeData(id, { key, from: null, to, maxBytes }),
        "written",
        `the key ${JSON.stringify(key)}`,
      );
    }
    same(await sessions.readData(id), expected, "all keys");
    same((await sessions.readData(id))?.size, keys.length, "how many");
  },
  "hostile values come back as they were": async ({ sessions }) => {
    const id = await started(sessions);
    const texts = [
      "",
      "\u0000 \u0001",
      "\ud800",
      "a'b\"c\\",
      "🦊",
      "\u2028",
      "'); drop table x; --",
    ];
    const others = [{}, [], null, 0, -0.5, { ["__proto__"]: 1 }, "x".repeat(4_000)];
    for (const value of [...texts, ...others]) {
      const to = JSON.stringify(value);
      same(await sessions.writeData(id, { key: "k", to, maxBytes }), "written", to.slice(0, 40));
      same((await sessions.readData(id))?.get("k"), to, "the value");
      same(
        await sessions.writeData(id, { key: "k", from: to, to: "1", maxBytes }),
        "written",
        `from ${to.slice(0, 40)}`,
      );
    }
  },
  "what a caller does with the data it read changes nothing stored": async ({ sessions }) => {
    const id = await started(sessions);
    await sessions.writeData(id, { key: "k", to: "1", maxBytes });
    const read = await sessions.readData(id);
    if (read instanceof Map) read.clear();
    same(await sessions.readData(id), new Map([["k", "1"]]), "the data");
  },
});
