import type { Promotion, SessionRecord } from "../../core/sessions/session-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import {
  aChange,
  aLineage,
  aSession,
  aStamp,
  hour,
  newId,
  newSecretHash,
  now,
  reason,
} from "./samples.ts";

const later = { lastSeenAt: now + 60_000, purgeAt: now + 2 * hour };

/** A session that has refresh tokens, and what promotes them. */
export function promotable(fields: Partial<SessionRecord> = {}): {
  readonly session: SessionRecord;
  readonly promotion: Promotion;
} {
  const from = aLineage();
  const session = aSession({ lineage: from, ...fields });
  return { session, promotion: { from, to: aLineage(), ...later } };
}

/** What the sessions slice says of refresh tokens; what ends them is in `lineage-endings.ts`. */
export const lineageCases: readonly StoreContractCase[] = casesOf("sessions", {
  "of 16 concurrent promotions from one lineage, exactly 1 is promoted, and every find sent after it sees it":
    async ({ sessions }) => {
      const { session, promotion } = promotable();
      await sessions.insert(session, null, aStamp());
      // Opens the connections of a pool, so that no call is late because it had to.
      await sixteen(() => sessions.find(session.id));
      const calls = await sixteen(async () => {
        const to = aLineage();
        const verdict = await sessions.promote(session.id, { ...promotion, to });
        const found = await sessions.find(session.id);
        return { to, verdict, seen: found?.lineage };
      });
      same(
        count(calls, ({ verdict }) => verdict === "promoted"),
        1,
      );
      same(
        count(calls, ({ verdict }) => verdict === "superseded"),
        15,
        "superseded",
      );
      const winner = calls.find(({ verdict }) => verdict === "promoted");
      for (const { seen } of calls) same(seen, winner?.to, "what find saw");
    },
  "16 who are superseded and judge again follow each other, none twice from one lineage": async ({
    sessions,
  }) => {
    const { session } = promotable();
    await sessions.insert(session, null, aStamp());
    const followed = await sixteen(async () => {
      // Whoever fails was overtaken by another one, of whom there are fifteen.
      for (let tries = 1; tries <= 16; tries += 1) {
        const from = (await sessions.find(session.id))?.lineage ?? "";
        const verdict = await sessions.promote(session.id, { from, to: aLineage(), ...later });
        if (verdict === "promoted") return from;
        same(verdict, "superseded", "whoever was not promoted");
      }
      throw new Error("somebody was superseded more often than others were promoted");
    });
    same(new Set(followed).size, 16);
  },
  "a promotion replaces the lineage and notes that the session was seen": async ({ sessions }) => {
    const { session, promotion } = promotable();
    const other = aSession({ userId: session.userId, lineage: session.lineage });
    for (const one of [session, other]) await sessions.insert(one, null, aStamp());
    await sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
    same(await sessions.promote(session.id, promotion), "promoted", "the verdict");
    const promoted = { ...session, ...later, lineage: promotion.to };
    same(await sessions.find(session.id), promoted, "find");
    same(await sessions.listOf(String(session.userId)), [promoted, other], "listOf");
    same(await sessions.readData(session.id), new Map([["k", "1"]]), "its data");
    same(await sessions.purge(now + hour), 1, "how many are due when it was due before");
    same(await sessions.find(session.id), promoted, "find after a purge");
    const back = { ...promotion, from: promotion.to, to: promotion.from };
    same(await sessions.promote(session.id, back), "promoted", "back to a lineage it had");
  },
  "a promotion from another lineage is superseded, and nothing is written": async ({
    sessions,
  }) => {
    const lineage = "aA".repeat(40);
    const { session, promotion } = promotable({ lineage });
    await sessions.insert(session, null, aStamp());
    for (const from of [
      aLineage(),
      lineage.toLowerCase(),
      `${lineage.slice(0, -1)}a`,
      `_${lineage.slice(1)}`,
    ]) {
      same(await sessions.promote(session.id, { ...promotion, from }), "superseded");
      same(await sessions.find(session.id), session, "find");
    }
  },
  "a session without refresh tokens is superseded whatever the promotion is from": async ({
    sessions,
  }) => {
    const session = aSession();
    await sessions.insert(session, null, aStamp());
    const { promotion } = promotable();
    same(await sessions.promote(session.id, promotion), "superseded");
    same(await sessions.find(session.id), session, "find");
  },
  "a promotion of a session that never was, or was purged, is ended": async ({ sessions }) => {
    const { session, promotion } = promotable({ purgeAt: now });
    same(await sessions.promote(newId(), promotion), "ended", "never was");
    await sessions.insert(session, null, aStamp());
    await sessions.purge(now);
    same(await sessions.promote(session.id, promotion), "ended", "was purged");
    same(await sessions.find(session.id), null, "find");
  },
  "a late promotion never moves lastSeenAt back, nor purgeAt": async ({ sessions }) => {
    const { session, promotion } = promotable();
    await sessions.insert(session, null, aStamp());
    const late = { lastSeenAt: now - 1, purgeAt: now + 2 * hour };
    same(await sessions.promote(session.id, { ...promotion, ...late }), "promoted", "the verdict");
    same(await sessions.find(session.id), { ...session, lineage: promotion.to }, "find");
  },
  "a lineage stays through touches, new claims, and the end of all other sessions": async ({
    sessions,
    revocation,
  }) => {
    const { session } = promotable({ userId: "u", tenantId: "t" });
    const { id, lineage } = session;
    for (const one of [session, aSession({ userId: "u" })]) {
      await sessions.insert(one, null, aStamp());
    }
    const stays = async (what: string) => same((await sessions.find(id))?.lineage, lineage, what);
    await stays("insert");
    await sessions.touch([{ id, ...later }]);
    await stays("touch");
    const verdict = await sessions.replaceClaims(id, aChange({ role: "a\nb" }), aStamp());
    same("session" in verdict && verdict.session?.lineage, lineage, "what replaceClaims answers");
    await stays("replaceClaims");
    await sessions.replaceClaimsOf("u", aChange({}), aStamp());
    await stays("replaceClaimsOf");
    const except = { sessionId: id, secretHash: newSecretHash() };
    const ended = await revocation.revoke({ scope: "user", id: "u", except, reason }, aStamp());
    same("sessions" in ended && ended.sessions, 1, "how many others ended");
    await stays("the end of all others");
    const promotion = { from: String(lineage), to: aLineage(), ...later };
    same(await sessions.promote(id, promotion), "promoted", "promote at last");
  },
});
