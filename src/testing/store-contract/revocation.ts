import type { Revocation } from "../../core/revocation/revocation-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { count, holds, same, sixteen } from "./expect.ts";
import {
  aGuest,
  aSession,
  aStamp,
  hour,
  newId,
  newSecretHash,
  now,
  pastMark,
  reason,
  seqOf,
  told,
} from "./samples.ts";

export const revocationCases: readonly StoreContractCase[] = casesOf("revocation", {
  "of 16 concurrent revocations of one session, exactly 1 is revoked": async (store) => {
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    const verdicts = await sixteen(() =>
      store.revocation.revoke({ scope: "session", id: session.id, reason }, aStamp()),
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "revoked"),
      1,
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "absent"),
      15,
      "absent",
    );
  },
  "no sign-in that raced with the revocation of its user survives": async (store) => {
    await survivors(store, { scope: "user", id: "u", reason });
  },
  "no sign-in that raced with the revocation of its tenant survives": async (store) => {
    await survivors(store, { scope: "tenant", id: "t", reason });
  },
  "no sign-in that raced with the revocation of all survives": async (store) => {
    await survivors(store, { scope: "all", reason });
  },
  "of 16 sessions that end all others at once, exactly 1 goes on": async (store) => {
    const userId = newId();
    const all = Array.from({ length: 16 }, () => aSession({ userId }));
    for (const session of all) await store.sessions.insert(session, null, aStamp());
    const verdicts = await Promise.all(
      all.map(({ id: sessionId }) =>
        store.revocation.revoke(
          { scope: "user", id: userId, except: { sessionId }, reason },
          aStamp(),
        ),
      ),
    );
    same((await store.sessions.listOf(userId)).length, 1);
    same(
      count(verdicts, ({ outcome }) => outcome === "revoked"),
      1,
      "revoked",
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "except_ended"),
      15,
      "except_ended",
    );
  },
  "16 concurrent revocations have 16 places in the log": async ({ revocation }) => {
    const verdicts = await sixteen((index) =>
      revocation.revoke({ scope: "user", id: `u${index}`, reason }, aStamp()),
    );
    same(new Set(verdicts.map(seqOf)).size, 16);
  },
  "places in the log grow: with the time, and also when the clock stands or goes back": async ({
    revocation,
    sessions,
  }) => {
    const seqAt = async (time: number) => {
      const session = aSession({ mark: 2 ** 53 - 1 });
      await sessions.insert(session, null, aStamp());
      const verdict = await revocation.revoke(
        { scope: "session", id: session.id, reason },
        aStamp({ now: time, watermarkUntil: time + hour }),
      );
      holds(verdict.outcome === "revoked", `got ${verdict.outcome} for a live session`);
      return seqOf(verdict);
    };
    same(await seqAt(now), now * 1000, "the first");
    same(await seqAt(now), now * 1000 + 1, "at the same time");
    same(await seqAt(now - hour), now * 1000 + 2, "an hour earlier");
    same(await seqAt(now + 1), (now + 1) * 1000, "a millisecond later");
    await revocation.purge(now + 99 * hour);
    same(await seqAt(now), (now + 1) * 1000 + 1, "after a purge");
    // In the year 2112 the microseconds pass 2^52; the last digit must still count.
    const late = Date.UTC(2112, 9, 1);
    same(await seqAt(late), late * 1000, "above 2^52");
    same(await seqAt(late), late * 1000 + 1, "above 2^52, plus one");
  },
  "a revoked session is gone, with its data, and no other": async ({ sessions, revocation }) => {
    const userId = newId();
    const [one, other] = [aSession({ userId }), aSession({ userId })];
    for (const session of [one, other]) {
      await sessions.insert(session, null, aStamp());
      await sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
    }
    same(
      told(await revocation.revoke({ scope: "session", id: one.id, reason }, aStamp())),
      { outcome: "revoked", seq: now * 1000, sessions: 1 },
      "the verdict",
    );
    same(await sessions.find(one.id), null, "the revoked session");
    same(await sessions.listOf(userId), [other], "the user's sessions");
    same(await sessions.readData(other.id), new Map([["k", "1"]]), "the other's data");
    const again = aSession({ id: one.id });
    await sessions.insert(again, null, aStamp());
    same(await sessions.readData(one.id), new Map(), "data left behind");
  },
  "a session that never was, has ended, or is another user's is absent, and nothing is written":
    async ({ sessions, revocation }) => {
      const [mine, guest] = [aSession(), aGuest()];
      await sessions.insert(mine, null, aStamp());
      await sessions.insert(guest, null, aStamp());
      const absent = { outcome: "absent" };
      const ofUser = newId();
      const { id } = mine;
      same(
        await revocation.revoke({ scope: "session", id: newId(), reason }, aStamp()),
        absent,
        "never was",
      );
      same(
        await revocation.revoke({ scope: "session", id, ofUser, reason }, aStamp()),
        absent,
        "another user's",
      );
      same(
        await revocation.revoke({ scope: "session", id: guest.id, ofUser, reason }, aStamp()),
        absent,
        "a guest, as a user's",
      );
      same(await sessions.find(id), mine, "another user's session");
      const first = await revocation.revoke(
        { scope: "session", id, ofUser: String(mine.userId), reason },
        aStamp(),
      );
      same(told(first), { outcome: "revoked", seq: now * 1000, sessions: 1 }, "its own user's");
      same(
        await revocation.revoke({ scope: "session", id, reason }, aStamp()),
        absent,
        "has ended before",
      );
    },
  "revoking a user ends and counts exactly the user's sessions": async ({
    sessions,
    revocation,
  }) => {
    const userId = newId();
    const mine = [aSession({ userId }), aSession({ userId, tenantId: "t" })];
    const others = [
      aSession(),
      aSession({ tenantId: "t" }),
      aGuest(),
      aSession({ tenantId: userId }),
    ];
    for (const session of [...mine, ...others]) await sessions.insert(session, null, aStamp());
    const verdict = await revocation.revoke({ scope: "user", id: userId, reason }, aStamp());
    same(told(verdict), { outcome: "revoked", seq: now * 1000, sessions: 2 }, "the verdict");
    for (const { id } of mine) same(await sessions.find(id), null, "a session of the user");
    for (const other of others) same(await sessions.find(other.id), other, "another session");
    same(
      told(await revocation.revoke({ scope: "user", id: userId, reason }, aStamp())),
      { outcome: "revoked", seq: now * 1000 + 1, sessions: 0 },
      "the second time",
    );
  },
  "revoking a tenant ends and counts exactly the tenant's sessions": async ({
    sessions,
    revocation,
  }) => {
    const tenantId = "acme";
    const theirs = [aSession({ tenantId }), aGuest({ tenantId })];
    const others = [
      aSession(),
      aSession({ tenantId: "Acme" }),
      aGuest(),
      aSession({ userId: tenantId }),
    ];
    for (const session of [...theirs, ...others]) await sessions.insert(session, null, aStamp());
    const verdict = await revocation.revoke({ scope: "tenant", id: tenantId, reason }, aStamp());
    same(told(verdict), { outcome: "revoked", seq: now * 1000, sessions: 2 }, "the verdict");
    for (const { id } of theirs) same(await sessions.find(id), null, "a session of the tenant");
    for (const other of others) same(await sessions.find(other.id), other, "another session");
    same(
      told(await revocation.revoke({ scope: "tenant", id: tenantId, reason }, aStamp())),
      { outcome: "revoked", seq: now * 1000 + 1, sessions: 0 },
      "the second time",
    );
  },
  "revoking all ends and counts every session, guests too": async ({ sessions, revocation }) => {
    const all = [aSession(), aSession({ tenantId: "t" }), aGuest()];
    for (const session of all) await sessions.insert(session, null, aStamp());
    await revocation.revoke({ scope: "tenant", id: "t", reason }, aStamp());
    const verdict = await revocation.revoke({ scope: "all", reason }, aStamp());
    same(told(verdict), { outcome: "revoked", seq: now * 1000 + 1, sessions: 2 }, "the verdict");
    for (const { id } of all) same(await sessions.find(id), null, "a session");
  },
  "the excepted session goes on, its mark raised to the revocation": async ({
    sessions,
    revocation,
  }) => {
    const userId = newId();
    const [kept, other] = [aSession({ userId }), aSession({ userId })];
    for (const session of [kept, other]) await sessions.insert(session, null, aStamp());
    await sessions.writeData(kept.id, { key: "k", to: "1", maxBytes: 99 });
    const verdict = await revocation.revoke(
      { scope: "user", id: userId, except: { sessionId: kept.id }, reason },
      aStamp(),
    );
    same(told(verdict), { outcome: "revoked", seq: now * 1000, sessions: 1 }, "the verdict");
    same(await sessions.find(kept.id), { ...kept, mark: now * 1000 }, "the excepted session");
    same(await sessions.find(other.id), null, "the other session");
    same(await sessions.readData(kept.id), new Map([["k", "1"]]), "its data");
    await revocation.revoke({ scope: "user", id: userId, reason }, aStamp());
    same(await sessions.find(kept.id), null, "the excepted session after a later revocation");
  },
  "a new secret of the excepted session replaces the old one at once": async ({
    sessions,
    revocation,
  }) => {
    const kept = aSession();
    await sessions.insert(kept, null, aStamp());
    const secretHash = newSecretHash();
    const except = { sessionId: kept.id, secretHash };
    await revocation.revoke({ scope: "user", id: String(kept.userId), except, reason }, aStamp());
    same(await sessions.find(kept.id), { ...kept, secretHash, mark: now * 1000 }, "the session");
  },
  "an excepted session that is not a live one of the user stops the revocation, and nothing is written":
    async ({ sessions, revocation }) => {
      const userId = newId();
      const [mine, other, guest] = [aSession({ userId }), aSession(), aGuest()];
      const ended = aSession({ userId, tenantId: "t" });
      for (const session of [mine, other, guest, ended])
        await sessions.insert(session, null, aStamp());
      await revocation.revoke({ scope: "tenant", id: "t", reason }, aStamp());
      const secretHash = newSecretHash();
      for (const sessionId of [newId(), other.id, guest.id, ended.id, ""]) {
        same(
          await revocation.revoke(
            { scope: "user", id: userId, except: { sessionId, secretHash }, reason },
            aStamp(),
          ),
          { outcome: "except_ended" },
        );
      }
      same(await sessions.find(mine.id), mine, "the user's session");
      same(await sessions.find(other.id), other, "another user's session");
      same(
        (await sessions.insert(aSession({ userId }), null, aStamp())).outcome,
        "inserted",
        "a sign-in afterwards",
      );
    },
});

/** Sign-ins that began before the revocation, at once with it: each is refused or ended. */
async function survivors({ sessions, revocation }: Slices, by: Revocation): Promise<void> {
  const raced = Array.from({ length: 16 }, () =>
    aSession({ userId: "u", tenantId: "t", mark: pastMark }),
  );
  const inserting = (from: number, to: number) =>
    raced.slice(from, to).map((session) => sessions.insert(session, null, aStamp()));
  const early = inserting(0, 8);
  const revoking = revocation.revoke(by, aStamp());
  await Promise.all([...early, revoking, ...inserting(8, 16)]);
  const found = await Promise.all(raced.map(({ id }) => sessions.find(id)));
  same(
    count(found, (session) => session !== null),
    0,
  );
  same((await sessions.listOf("u")).length, 0, "listed");
}
