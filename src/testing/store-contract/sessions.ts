import { casesOf, type StoreContractCase } from "./case.ts";
import { count, holds, same, sixteen } from "./expect.ts";
import {
  aChange,
  aGuest,
  aLineage,
  aSession,
  aStamp,
  hour,
  newId,
  newSecretHash,
  now,
} from "./samples.ts";

const inserted = { outcome: "inserted", entries: [] };

export const sessionCases: readonly StoreContractCase[] = casesOf("sessions", {
  "of 16 concurrent inserts of one id, exactly 1 is inserted": async ({ sessions }) => {
    const candidates = Array.from({ length: 16 }, () => aSession({ id: "one" }));
    const verdicts = await Promise.all(
      candidates.map((one) => sessions.insert(one, null, aStamp())),
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "inserted"),
      1,
    );
    const winner = verdicts.findIndex(({ outcome }) => outcome === "inserted");
    same(await sessions.find("one"), candidates[winner], "the session that stayed");
  },
  "of 16 concurrent sign-ins over one guest, exactly 1 receives its data": async ({ sessions }) => {
    const guest = aGuest();
    await sessions.insert(guest, null, aStamp());
    await sessions.writeData(guest.id, { key: "cart", to: "[1]", maxBytes: 1_000 });
    const logins = Array.from({ length: 16 }, () => aSession());
    await Promise.all(logins.map((login) => sessions.insert(login, guest.id, aStamp())));
    const data = await Promise.all(logins.map((login) => sessions.readData(login.id)));
    same(
      count(data, (of) => of?.get("cart") === "[1]"),
      1,
    );
    same(await sessions.find(guest.id), null, "the guest");
  },
  "of 16 concurrent touches, the latest time stays": async ({ sessions }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    await sixteen((index) => {
      const offset = ((index * 7) % 16) * 1_000;
      return sessions.touch([
        { id: session.id, lastSeenAt: now + offset, purgeAt: now + hour + offset },
      ]);
    });
    same((await sessions.find(session.id))?.lastSeenAt, now + 15_000);
  },
  "16 concurrent purges count each session once": async ({ sessions }) => {
    for (let index = 0; index < 8; index += 1) await sessions.insert(aSession(), null, aStamp());
    const counts = await sixteen(() => sessions.purge(now + hour));
    same(
      counts.reduce((sum, one) => sum + one, 0),
      8,
    );
  },
  "a session is found as it was inserted, every field": async ({ sessions }) => {
    const variants = [
      aSession(),
      aGuest(),
      aSession({ tenantId: newId(), assuranceLevel: "aal3", persistent: false, userAgent: "" }),
      aSession({
        methods: [
          { method: "pwd", authenticatedAt: now - 5 },
          { method: "otp", authenticatedAt: now },
        ],
        userAgent: 'Zoë\'s 🦊 "browser"; drop table sessions --',
      }),
      aSession({ mark: 0, createdAt: 0, lastSeenAt: 1, purgeAt: 2 }),
      aSession({ lineage: aLineage() }),
      aGuest({ tenantId: newId(), lineage: aLineage() }),
    ];
    for (const session of variants) {
      same(await sessions.insert(session, null, aStamp()), inserted, "the insert");
      same(await sessions.find(session.id), session, "find");
    }
  },
  "hostile claims come back as they were": async ({ sessions }) => {
    const claims = JSON.parse(
      String.raw`{"__proto__":{"admin":true},"constructor":"x","a'b\"c\u0000":["🦊","\u0000","\ud800"],"n":[0.1,-1e300,null,true,{}]}`,
    ) as Record<string, never>;
    const session = aSession({ claims });
    await sessions.insert(session, null, aStamp());
    same((await sessions.find(session.id))?.claims, claims, "claims");
  },
  "big numbers stay exact: marks and times above 2^50": async ({ sessions }) => {
    const mark = 2 ** 53 - 1;
    const session = aSession({
      mark,
      createdAt: 2 ** 50 + 1,
      lastSeenAt: 2 ** 51 + 1,
      purgeAt: 2 ** 52 + 1,
    });
    await sessions.insert(session, null, aStamp());
    same(await sessions.find(session.id), session, "find");
  },
  "a session that never was is absent for every method": async ({ sessions }) => {
    for (const id of [newId(), "", "__proto__", "a'b"]) {
      same(await sessions.find(id), null, "find");
      same(await sessions.listOf(id), [], "listOf");
      same(
        await sessions.replaceClaims(id, aChange({}), aStamp()),
        { outcome: "ended" },
        "replaceClaims",
      );
      same(await sessions.readData(id), null, "readData");
      same(await sessions.writeData(id, { key: "k", to: "1", maxBytes: 99 }), "ended", "writeData");
      await sessions.touch([{ id, lastSeenAt: now, purgeAt: now + hour }]);
      same(await sessions.find(id), null, "find after touch");
    }
  },
  "an id in use is a duplicate, and nothing is written": async ({ sessions }) => {
    const [first, replaced] = [aSession(), aGuest()];
    await sessions.insert(first, null, aStamp());
    await sessions.insert(replaced, null, aStamp());
    const second = aSession({ id: first.id, secretHash: newSecretHash() });
    same(
      await sessions.insert(second, replaced.id, aStamp()),
      { outcome: "duplicate" },
      "the second insert",
    );
    same(await sessions.find(first.id), first, "the first session");
    same(await sessions.find(replaced.id), replaced, "the session to replace");
  },
  "the replaced session ends, and the data of a guest moves": async ({ sessions }) => {
    const [guest, login] = [aGuest(), aSession()];
    await sessions.insert(guest, null, aStamp());
    await sessions.writeData(guest.id, { key: "cart", to: "[1]", maxBytes: 1_000 });
    await sessions.writeData(guest.id, { key: "__proto__", to: "2", maxBytes: 1_000 });
    same((await sessions.insert(login, guest.id, aStamp())).outcome, "inserted", "the insert");
    same(await sessions.find(guest.id), null, "the guest");
    same(
      await sessions.writeData(guest.id, { key: "late", to: "1", maxBytes: 1_000 }),
      "ended",
      "a late write to the guest",
    );
    same(
      await sessions.readData(login.id),
      new Map([
        ["cart", "[1]"],
        ["__proto__", "2"],
      ]),
      "the data of the login",
    );
  },
  "the replaced session ends, and the data of a login does not move": async ({ sessions }) => {
    const [earlier, later] = [aSession(), aSession()];
    await sessions.insert(earlier, null, aStamp());
    await sessions.writeData(earlier.id, { key: "secret", to: "1", maxBytes: 1_000 });
    same((await sessions.insert(later, earlier.id, aStamp())).outcome, "inserted", "the insert");
    same(await sessions.find(earlier.id), null, "the replaced session");
    same(await sessions.listOf(String(earlier.userId)), [], "the sessions of its user");
    same(await sessions.readData(later.id), new Map(), "the data of the new session");
    await sessions.insert(aSession({ id: earlier.id }), null, aStamp());
    same(await sessions.readData(earlier.id), new Map(), "data left behind under the old id");
  },
  "a session to replace that is gone does not matter": async ({ sessions }) => {
    const session = aSession();
    same(await sessions.insert(session, newId(), aStamp()), inserted, "the insert");
    same(await sessions.find(session.id), session, "find");
  },
  "the sessions of a user are listed, most recently seen first": async ({ sessions }) => {
    const userId = newId();
    const seen = [3, 1, 4, 0, 2].map((offset) => aSession({ userId, lastSeenAt: now + offset }));
    for (const session of [...seen, aSession(), aGuest()])
      await sessions.insert(session, null, aStamp());
    same(
      (await sessions.listOf(userId)).map(({ lastSeenAt }) => lastSeenAt - now),
      [4, 3, 2, 1, 0],
      "the order",
    );
    const last = seen[3];
    holds(last !== undefined, "no session");
    await sessions.touch([{ id: last.id, lastSeenAt: now + 9, purgeAt: now + hour }]);
    same(
      (await sessions.listOf(userId))[0],
      { ...last, lastSeenAt: now + 9, purgeAt: now + hour },
      "the first after a touch",
    );
  },
  "a touch moves both times, of each session named": async ({ sessions }) => {
    const [first, second, other] = [aSession(), aSession(), aSession()];
    for (const session of [first, second, other]) await sessions.insert(session, null, aStamp());
    const seen = { lastSeenAt: now + 60_000, purgeAt: now + 2 * hour };
    await sessions.touch([
      { id: first.id, ...seen },
      { id: newId(), ...seen },
      { id: second.id, ...seen },
    ]);
    same(await sessions.find(first.id), { ...first, ...seen }, "the first");
    same(await sessions.find(second.id), { ...second, ...seen }, "the second");
    same(await sessions.find(other.id), other, "one not named");
    await sessions.touch([]);
  },
  "a late touch never moves lastSeenAt back": async ({ sessions }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    await sessions.touch([{ id: session.id, lastSeenAt: now - 1, purgeAt: now + 1 }]);
    same(await sessions.find(session.id), session, "after a touch from the past");
    await sessions.touch([
      { id: session.id, lastSeenAt: now + 20, purgeAt: now + hour + 20 },
      { id: session.id, lastSeenAt: now + 10, purgeAt: now + hour + 10 },
    ]);
    same((await sessions.find(session.id))?.lastSeenAt, now + 20, "after two in one batch");
  },
  "what a caller does with its objects later changes nothing stored": async ({ sessions }) => {
    const secretHash = newSecretHash();
    const claims = { role: "user" };
    const session = aSession({ secretHash, claims });
    const asItWas = structuredClone(session);
    await sessions.insert(session, null, aStamp());
    secretHash.fill(0);
    claims.role = "admin";
    const found = await sessions.find(session.id);
    same(found, asItWas, "after changing what was inserted");
    found?.secretHash.fill(0);
    same(await sessions.find(session.id), asItWas, "after changing what was found");
  },
  "purge removes what is due at or before now, with its data": async ({ sessions }) => {
    const [due, dueNow, later] = [-1, 0, 1].map((offset) => aSession({ purgeAt: now + offset }));
    holds(due !== undefined && dueNow !== undefined && later !== undefined, "no sessions");
    for (const session of [due, dueNow, later]) {
      await sessions.insert(session, null, aStamp());
      await sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
    }
    same(await sessions.find(due.id), due, "one that is due but not purged");
    same(await sessions.purge(now), 2, "how many");
    same(await sessions.find(due.id), null, "one before now");
    same(await sessions.find(dueNow.id), null, "one at now");
    same(await sessions.listOf(String(due.userId)), [], "the list of its user");
    same(await sessions.find(later.id), later, "one after now");
    same(await sessions.readData(later.id), new Map([["k", "1"]]), "its data");
    same(await sessions.purge(now), 0, "how many the second time");
    await sessions.insert(due, null, aStamp());
    same(await sessions.readData(due.id), new Map(), "data left behind");
  },
});
