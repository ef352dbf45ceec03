import type { Revocation, RevocationReason } from "../../core/revocation/revocation-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { count, holds, same, sixteen } from "./expect.ts";
import { promotable } from "./lineages.ts";
import { aLineage, aSession, aStamp, aSync, entryOf, newId, now, reason, told } from "./samples.ts";

const absent = { outcome: "absent" };
const reused = "refresh_token_reused";
const reasons: readonly RevocationReason[] = [
  "signed_out",
  "replaced",
  reused,
  "revoked_by_user",
  "revoked_by_application",
  "password_changed",
];

/** What the revocation slice says of sessions with refresh tokens, and of access tokens without a session. */
export const lineageEndingCases: readonly StoreContractCase[] = casesOf("revocation", {
  "of 16 concurrent revocations of one lineage, exactly 1 is revoked": async (store) => {
    const { session } = promotable();
    await store.sessions.insert(session, null, aStamp());
    const verdicts = await sixteen(() => store.revocation.revoke(reuseOf(session), aStamp()));
    same(
      count(verdicts, ({ outcome }) => outcome === "revoked"),
      1,
    );
    same((await logOf(store)).length, 1, "logged");
  },
  "of a promotion and the revocation of its lineage, exactly 1 happens, whichever comes first":
    async (store) => {
      const pairs = await sixteen(async () => {
        const pair = promotable();
        await store.sessions.insert(pair.session, null, aStamp());
        return pair;
      });
      const rounds = [];
      for (const [index, { session, promotion }] of pairs.entries()) {
        const promote = () => store.sessions.promote(session.id, promotion);
        const early = index % 2 === 0 ? promote() : null;
        const revoking = store.revocation.revoke(reuseOf(session), aStamp());
        const [promoted, { outcome }] = await Promise.all([early ?? promote(), revoking]);
        const found = await store.sessions.find(session.id);
        rounds.push({ promoted, outcome, lineage: found && found.lineage === promotion.to });
      }
      for (const round of rounds) {
        same(
          round,
          round.outcome === "revoked"
            ? { promoted: "ended", outcome: "revoked", lineage: null }
            : { promoted: "promoted", outcome: "absent", lineage: true },
        );
      }
      same(
        (await logOf(store)).length,
        count(rounds, ({ outcome }) => outcome === "revoked"),
        "logged",
      );
    },
  "no promotion that raced with the revocation of its session brings it back": async (store) => {
    await neverBack(store, (id) => ({ scope: "session", id, reason }));
  },
  "no promotion that raced with the revocation of its user brings it back": async (store) => {
    await neverBack(store, () => ({ scope: "user", id: "u", reason }));
  },
  "no promotion that raced with the revocation of its tenant brings it back": async (store) => {
    await neverBack(store, () => ({ scope: "tenant", id: "t", reason }));
  },
  "no promotion that raced with the revocation of all brings it back": async (store) => {
    await neverBack(store, () => ({ scope: "all", reason }));
  },
  "16 concurrent revocations of access tokens without a session are all logged": async (store) => {
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    const verdicts = await sixteen(() => store.revocation.revoke(unrecorded(session), aStamp()));
    same(
      count(verdicts, (one) => "sessions" in one && one.sessions === 1),
      1,
      "those that ended the session",
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "revoked"),
      16,
      "revoked",
    );
    same((await logOf(store)).length, 16, "logged");
  },
  "a revocation of another lineage is absent, and nothing is written": async (store) => {
    const { sessions, revocation } = store;
    const lineage = "aA".repeat(40);
    const { session, promotion } = promotable({ lineage });
    const plain = aSession();
    for (const one of [session, plain]) await sessions.insert(one, null, aStamp());
    const revoke = (id: string, other: string) =>
      revocation.revoke(reuseOf({ id, lineage: other }), aStamp());
    for (const other of [aLineage(), lineage.toLowerCase(), `${lineage.slice(0, -1)}a`]) {
      same(await revoke(session.id, other), absent, "another lineage");
    }
    same(await revoke(plain.id, lineage), absent, "a session without refresh tokens");
    same(await revoke(newId(), lineage), absent, "a session that never was");
    same(await sessions.find(plain.id), plain, "the session without refresh tokens");
    same(await sessions.find(session.id), session, "the session");
    same(await logOf(store), [], "the log");
    await sessions.promote(session.id, { ...promotion, from: lineage });
    same(await revoke(session.id, lineage), absent, "the lineage before its promotion");
    same((await revoke(session.id, promotion.to)).outcome, "revoked", "the lineage after it");
    same(await sessions.find(session.id), null, "the session of it");
  },
  "every reason is in the log as it was given": async (store) => {
    const entries = [];
    for (const why of reasons) {
      const session = aSession();
      await store.sessions.insert(session, null, aStamp());
      const by = { scope: "session", id: session.id, reason: why } as const;
      const entry = entryOf(await store.revocation.revoke(by, aStamp()));
      same(entry.reason, why, "what was answered");
      entries.push(entry);
    }
    same(await logOf(store), entries, "the log");
  },
  "access tokens without a session are revoked: it is logged, also where there is no such session":
    async (store) => {
      const { sessions, revocation } = store;
      const [never, live] = [aSession(), aSession()];
      const ended = aSession({ tenantId: "t" });
      for (const one of [live, ended]) await sessions.insert(one, null, aStamp());
      const entries = [
        entryOf(await revocation.revoke({ scope: "tenant", id: "t", reason }, aStamp())),
      ];
      for (const [session, ending] of [
        [never, 0],
        [live, 1],
        [live, 0],
        [ended, 0],
      ] as const) {
        const verdict = await revocation.revoke(unrecorded(session), aStamp());
        const seq = now * 1000 + entries.length;
        same(told(verdict), { outcome: "revoked", seq, sessions: ending }, "the verdict");
        const { scope, target, kind, except } = entryOf(verdict);
        same(
          { scope, target, kind, except },
          { scope: "session", target: session.id, kind: "revoked", except: null },
          "the entry",
        );
        entries.push(entryOf(verdict));
        same(await sessions.find(session.id), null, "the session");
      }
      same(await logOf(store), entries, "the log");
    },
});

function reuseOf({ id, lineage }: { readonly id: string; readonly lineage: string | null }) {
  return { scope: "session", id, lineage: String(lineage), reason: reused } as const;
}

function unrecorded({ id }: { readonly id: string }) {
  return { scope: "session", id, unrecorded: true, reason } as const;
}

async function logOf({ revocation }: Slices) {
  return (await revocation.sync(aSync())).entries;
}

/** Promotions at once with the end of their session. */
async function neverBack(
  { sessions, revocation }: Slices,
  by: (sessionId: string) => Revocation,
): Promise<void> {
  const { session, promotion } = promotable({ userId: "u", tenantId: "t" });
  await sessions.insert(session, null, aStamp());
  const promoting = (calls: number) =>
    Array.from({ length: calls }, () => sessions.promote(session.id, promotion));
  const early = promoting(8);
  const revoking = revocation.revoke(by(session.id), aStamp());
  const verdicts = await Promise.all([...early, ...promoting(8)]);
  const { outcome } = await revoking;
  same(outcome, "revoked", "the revocation");
  holds(count(verdicts, (one) => one === "promoted") <= 1, "promoted twice from one lineage");
  same(await sessions.find(session.id), null, "find");
  same(await sessions.listOf("u"), [], "listOf");
  for (const from of [promotion.from, promotion.to]) {
    same(await sessions.promote(session.id, { ...promotion, from }), "ended", "promote afterwards");
  }
}
