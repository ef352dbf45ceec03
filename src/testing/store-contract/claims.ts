import type { Seq } from "../../core/revocation/revocation-store.ts";
import type {
  ReplaceClaimsOfVerdict,
  ReplaceClaimsVerdict,
} from "../../core/sessions/session-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import {
  aChange,
  aGuest,
  aSession,
  aStamp,
  aSync,
  entryOf,
  newId,
  now,
  reason,
  seqOf,
} from "./samples.ts";

const admin = { role: "admin", nested: { a: [1, null] } };
const reader = { role: "reader" };

type Verdict = ReplaceClaimsVerdict | ReplaceClaimsOfVerdict;
type Replacing = (after: Seq) => Promise<Verdict>;
const methods = ["replaceClaims", "replaceClaimsOf"];

export const claimsCases: readonly StoreContractCase[] = casesOf("sessions", {
  "of 16 concurrent replacements of claims that know the same place, exactly 1 is written": async ({
    sessions,
    revocation,
  }) => {
    const session = aSession({ userId: "u" });
    await sessions.insert(session, null, aStamp());
    const answers = await sixteen<Verdict>((index) =>
      index % 2 === 0
        ? sessions.replaceClaims(session.id, aChange({ index }, 0), aStamp())
        : sessions.replaceClaimsOf("u", aChange({ index }, 0), aStamp()),
    );
    const written = answers.findIndex(({ outcome }) => outcome === "replaced");
    same(
      count(answers, ({ outcome }) => outcome === "replaced"),
      1,
      "replaced",
    );
    const { seq } = entryOf(answers[written] ?? {});
    for (const [index, answer] of answers.entries()) {
      if (index !== written) same(answer, { outcome: "superseded", by: seq }, "the others");
    }
    same((await sessions.find(session.id))?.claims, { index: written }, "the claims");
    same((await revocation.sync(aSync())).entries.length, 1, "entries in the log");
  },
  "of 16 concurrent replacements of claims, the last in the log stays": async ({ sessions }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    const answers = await sixteen(async (index) => {
      const answer = await sessions.replaceClaims(session.id, aChange({ index }), aStamp());
      return { index, seq: entryOf(answer).seq };
    });
    same(new Set(answers.map(({ seq }) => seq)).size, 16, "places in the log");
    const last = answers.reduce((one, other) => (other.seq > one.seq ? other : one));
    same((await sessions.find(session.id))?.claims, { index: last.index }, "the claims");
  },
  "claims that came late give way to newer ones of the session or of its user": async ({
    sessions,
    revocation,
  }) => {
    const userId = "Zoë 🦊%0041";
    const session = aSession({ userId });
    await sessions.insert(session, null, aStamp());
    const late: Replacing[] = [
      (after) => sessions.replaceClaims(session.id, aChange(admin, after), aStamp()),
      (after) => sessions.replaceClaimsOf(userId, aChange(admin, after), aStamp()),
    ];
    const newer: Replacing[] = [
      (after) => sessions.replaceClaims(session.id, aChange(reader, after), aStamp()),
      (after) => sessions.replaceClaimsOf(userId, aChange(reader, after), aStamp()),
    ];
    let known = 0;
    for (const [first, replaceLate] of late.entries()) {
      for (const [second, replace] of newer.entries()) {
        const which = `${methods[second]}, then ${methods[first]}`;
        const { seq } = entryOf(await replace(known));
        const refused = { outcome: "superseded", by: seq };
        same(await replaceLate(known), refused, `${which}, of who knows the one before`);
        same(await replaceLate(seq - 1), refused, `${which}, of who knows the place before`);
        same((await sessions.find(session.id))?.claims, reader, `${which}: the claims`);
        known = entryOf(await replaceLate(seq)).seq;
        same((await sessions.find(session.id))?.claims, admin, `${which}, of who knows it`);
      }
    }
    same((await revocation.sync(aSync())).entries.length, 8, "entries in the log");
  },
  "claims that came late do not give way to claims of others, nor to what ended others": async ({
    sessions,
    revocation,
  }) => {
    const userId = newId();
    const [session, other] = [aSession({ userId }), aSession({ userId })];
    for (const one of [session, other]) await sessions.insert(one, null, aStamp());
    await revocation.revoke({ scope: "session", id: other.id, reason }, aStamp());
    await revocation.revoke({ scope: "tenant", id: userId, reason }, aStamp());
    const except = { sessionId: session.id };
    await revocation.revoke({ scope: "user", id: userId, except, reason }, aStamp());
    const strangers = [aSession(), aGuest()];
    for (const one of strangers) {
      await sessions.insert(one, null, aStamp());
      await sessions.replaceClaims(one.id, aChange(reader), aStamp());
    }
    // Users whose ids are those of the session and of its kinds.
    for (const id of [newId(), session.id, "changed", "user"]) {
      await sessions.replaceClaimsOf(id, aChange(reader), aStamp());
    }
    const all = await sessions.replaceClaimsOf(userId, aChange(admin, 0), aStamp());
    same(all.outcome, "replaced", "replaceClaimsOf");
    const { seq } = entryOf(all);
    const one = await sessions.replaceClaims(session.id, aChange(reader, seq), aStamp());
    same(one.outcome, "replaced", "replaceClaims");
    same((await sessions.find(session.id))?.claims, reader, "the claims");
  },
  "sign-ins that race with new claims of their user keep theirs only if they came after": async ({
    sessions,
  }) => {
    const userId = newId();
    const signIns = Array.from({ length: 16 }, () => aSession({ userId }));
    const inserting = (from: number, to: number) =>
      signIns.slice(from, to).map((session) => sessions.insert(session, null, aStamp()));
    const early = inserting(0, 8);
    const replacing = sessions.replaceClaimsOf(userId, aChange(admin), aStamp());
    const verdicts = await Promise.all([...early, ...inserting(8, 16)]);
    const inserted = count(verdicts, ({ outcome }) => outcome === "inserted");
    same(inserted, countOf(await replacing), "inserted, and all of them before");
    const roles = (await sessions.listOf(userId)).map(({ claims }) => claims["role"]);
    same(
      roles,
      Array.from({ length: inserted }, () => "admin"),
      "the roles",
    );
    const by = seqOf(await replacing);
    for (const verdict of verdicts) {
      if (verdict.outcome === "inserted") continue;
      same(verdict, { outcome: "superseded", by, decidedAt: now }, "the others");
    }
  },
  "a sign-in with claims from before a change of its user's is refused, and nothing is written":
    async ({ sessions }) => {
      const userId = "Zoë 🦊%0041";
      const first = seqOf(await sessions.replaceClaimsOf(userId, aChange(admin), aStamp()));
      const by = seqOf(await sessions.replaceClaimsOf(userId, aChange(reader), aStamp()));
      const guest = aGuest();
      await sessions.insert(guest, null, aStamp());
      for (const mark of [0, first, by - 1]) {
        const session = aSession({ userId, mark });
        const verdict = await sessions.insert(session, guest.id, aStamp());
        same(verdict, { outcome: "superseded", by, decidedAt: now }, `with the mark ${mark}`);
        same(await sessions.find(session.id), null, "find");
        same((await sessions.find(guest.id))?.id, guest.id, "the guest");
      }
      const session = aSession({ userId, mark: by });
      same(
        (await sessions.insert(session, guest.id, aStamp())).outcome,
        "inserted",
        "of who knows",
      );
    },
  "a sign-in does not give way to claims of others, of sessions, or to what ended others": async ({
    sessions,
    revocation,
  }) => {
    const userId = newId();
    const other = aSession({ userId });
    await sessions.insert(other, null, aStamp());
    await sessions.replaceClaims(other.id, aChange(reader), aStamp());
    await revocation.revoke({ scope: "session", id: other.id, reason }, aStamp());
    for (const id of [newId(), "t", "", "changed"]) {
      await sessions.replaceClaimsOf(id, aChange(reader), aStamp());
    }
    for (const session of [aSession({ userId, tenantId: "t" }), aGuest({ tenantId: "t" })]) {
      same((await sessions.insert(session, null, aStamp())).outcome, "inserted", "insert");
    }
  },
  "replaceClaims replaces all claims and nothing else, and logs it": async ({
    sessions,
    revocation,
  }) => {
    const session = aSession({ claims: { role: "user", plan: "free" } });
    const other = aSession();
    for (const one of [session, other]) await sessions.insert(one, null, aStamp());
    const answer = await sessions.replaceClaims(session.id, aChange(admin), aStamp());
    same("session" in answer && answer.session, { ...session, claims: admin }, "its answer");
    same(await sessions.find(session.id), { ...session, claims: admin }, "find");
    same(await sessions.find(other.id), other, "another session");
    same((await revocation.sync(aSync())).entries, [entryOf(answer)], "the log");
    same(entryOf(answer).seq, now * 1000, "its place");
  },
  "replaceClaims of what need not have a record logs it once for who knows the same place": async ({
    sessions,
    revocation,
  }) => {
    const id = newId();
    const change = (after: Seq) =>
      sessions.replaceClaims(id, { ...aChange(admin, after), unrecorded: true }, aStamp());
    const verdict = await change(0);
    same("session" in verdict && verdict.session, null, "the session");
    const entry = entryOf(verdict);
    same([entry.scope, entry.target, entry.kind], ["session", id, "changed"], "the entry");
    same(await change(0), { outcome: "superseded", by: entry.seq }, "of who knows the same place");
    same((await change(entry.seq)).outcome, "replaced", "of who knows it");
    same(await sessions.find(id), null, "find");
    same((await revocation.sync(aSync())).entries.length, 2, "entries in the log");
  },
  "replaceClaims of a session that has a record, but need not, replaces its claims": async ({
    sessions,
  }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    const change = { ...aChange(admin), unrecorded: true } as const;
    const verdict = await sessions.replaceClaims(session.id, change, aStamp());
    same("session" in verdict && verdict.session, { ...session, claims: admin }, "its answer");
    same((await sessions.find(session.id))?.claims, admin, "find");
  },
  "replaceClaims of a session that is gone logs nothing": async ({ sessions, revocation }) => {
    const verdict = await sessions.replaceClaims(newId(), aChange(admin), aStamp());
    same(verdict, { outcome: "ended" }, "its answer");
    same((await revocation.sync(aSync())).entries, [], "the log");
  },
  "replaceClaimsOf replaces and counts exactly the user's sessions": async ({ sessions }) => {
    const userId = newId();
    const mine = [aSession({ userId }), aSession({ userId, tenantId: "t" })];
    const others = [aSession(), aGuest(), aSession({ tenantId: userId })];
    for (const session of [...mine, ...others]) await sessions.insert(session, null, aStamp());
    same(countOf(await sessions.replaceClaimsOf(userId, aChange(admin), aStamp())), 2, "how many");
    for (const one of mine) same(await sessions.find(one.id), { ...one, claims: admin }, "mine");
    for (const one of others) same(await sessions.find(one.id), one, "another");
  },
  "replaceClaimsOf is logged also when the user has no session": async ({
    sessions,
    revocation,
  }) => {
    const verdict = await sessions.replaceClaimsOf("u", aChange(admin), aStamp());
    same(countOf(verdict), 0, "how many");
    same((await revocation.sync(aSync())).entries, [entryOf(verdict)], "the log");
  },
});

function countOf(verdict: ReplaceClaimsOfVerdict): number | null {
  return verdict.outcome === "replaced" ? verdict.sessions : null;
}
