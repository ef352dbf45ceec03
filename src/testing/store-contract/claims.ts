import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import { aGuest, aSession, aStamp, aSync, entryOf, newId, now } from "./samples.ts";

const admin = { role: "admin", nested: { a: [1, null] } };

export const claimsCases: readonly StoreContractCase[] = casesOf("sessions", {
  "of 16 concurrent replacements of claims, the last in the log stays": async ({ sessions }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    const answers = await sixteen(async (index) => {
      const answer = await sessions.replaceClaims(session.id, { index }, aStamp());
      return { index, seq: entryOf(answer ?? {}).seq };
    });
    same(new Set(answers.map(({ seq }) => seq)).size, 16, "places in the log");
    const last = answers.reduce((one, other) => (other.seq > one.seq ? other : one));
    same((await sessions.find(session.id))?.claims, { index: last.index }, "the claims");
  },
  "sign-ins that race with new claims of their user keep theirs only if they came after": async ({
    sessions,
  }) => {
    const userId = newId();
    const signIns = Array.from({ length: 16 }, () => aSession({ userId }));
    const inserting = (from: number, to: number) =>
      signIns.slice(from, to).map((session) => sessions.insert(session, null, aStamp()));
    const early = inserting(0, 8);
    const replacing = sessions.replaceClaimsOf(userId, admin, aStamp());
    const verdicts = await Promise.all([...early, ...inserting(8, 16)]);
    same(
      count(verdicts, ({ outcome }) => outcome === "inserted"),
      16,
      "inserted",
    );
    const roles = (await sessions.listOf(userId)).map(({ claims }) => claims["role"]);
    same(
      count(roles, (role) => role === "admin"),
      (await replacing).sessions,
      "sessions with the new claims, of those counted",
    );
    same(roles.length, 16, "listed");
  },
  "replaceClaims replaces all claims and nothing else, and logs it": async ({
    sessions,
    revocation,
  }) => {
    const session = aSession({ claims: { role: "user", plan: "free" } });
    const other = aSession();
    for (const one of [session, other]) await sessions.insert(one, null, aStamp());
    const answer = await sessions.replaceClaims(session.id, admin, aStamp());
    same(answer?.session, { ...session, claims: admin }, "its answer");
    same(await sessions.find(session.id), { ...session, claims: admin }, "find");
    same(await sessions.find(other.id), other, "another session");
    same((await revocation.sync(aSync())).entries, [entryOf(answer ?? {})], "the log");
    same(entryOf(answer ?? {}).seq, now * 1000, "its place");
  },
  "replaceClaims of a session that is gone logs nothing": async ({ sessions, revocation }) => {
    same(await sessions.replaceClaims(newId(), admin, aStamp()), null, "its answer");
    same((await revocation.sync(aSync())).entries, [], "the log");
  },
  "replaceClaimsOf replaces and counts exactly the user's sessions": async ({ sessions }) => {
    const userId = newId();
    const mine = [aSession({ userId }), aSession({ userId, tenantId: "t" })];
    const others = [aSession(), aGuest(), aSession({ tenantId: userId })];
    for (const session of [...mine, ...others]) await sessions.insert(session, null, aStamp());
    same((await sessions.replaceClaimsOf(userId, admin, aStamp())).sessions, 2, "how many");
    for (const one of mine) same(await sessions.find(one.id), { ...one, claims: admin }, "mine");
    for (const one of others) same(await sessions.find(one.id), one, "another");
  },
  "replaceClaimsOf is logged also when the user has no session": async ({
    sessions,
    revocation,
  }) => {
    const verdict = await sessions.replaceClaimsOf("u", admin, aStamp());
    same(verdict.sessions, 0, "how many");
    same((await revocation.sync(aSync())).entries, [entryOf(verdict)], "the log");
  },
});
