import { setImmediate as tick } from "node:timers/promises";
import { aStamp, aSync, reason } from "../../../src/testing/store-contract/samples.ts";
import type { Defect, MemoryStore } from "./defect.ts";

/** In sessions, their data, users, credentials and attempts. */
export const rowDefects: readonly Defect[] = [
  {
    name: "a take that checks, waits and then uses",
    spoil: (store) => {
      const taken = new Map<string, number>();
      const take: MemoryStore["attempts"]["take"] = async (key, limit) => {
        const before = taken.get(key) ?? 0;
        await tick();
        if (before >= limit.burst) return { outcome: "exhausted", retryAt: 0 };
        taken.set(key, before + 1);
        return { outcome: "taken" };
      };
      return { ...store, attempts: { ...store.attempts, take } };
    },
    told: "attempts: of 16 concurrent takes with burst 5, exactly 5 are taken: got 16",
  },
  {
    name: "an insert that ignores watermarks",
    spoil: (store) => {
      const insert: MemoryStore["sessions"]["insert"] = async (session, replaces, stamp) => {
        const verdict = await store.sessions.insert(session, replaces, stamp);
        if (verdict.outcome !== "superseded") return verdict;
        return store.sessions.insert(
          { ...session, mark: Number.MAX_SAFE_INTEGER },
          replaces,
          stamp,
        );
      };
      return { ...store, sessions: { ...store.sessions, insert } };
    },
    told: "revocation: no sign-in that raced with the revocation of its user survives: got 8",
  },
  {
    name: "a revocation that finds the session, waits and then removes it",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) => {
        if (revocation.scope !== "session") return store.revocation.revoke(revocation, at);
        if ((await store.sessions.find(revocation.id)) === null) return { outcome: "absent" };
        await tick();
        await store.revocation.revoke(revocation, at);
        return { outcome: "revoked", entries: [], sessions: 1 };
      };
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: of 16 concurrent revocations of one session, exactly 1 is revoked: got 16",
  },
  {
    name: "a revocation that keeps the excepted session's old secret",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) =>
        store.revocation.revoke(
          revocation.scope === "user" && revocation.except !== undefined
            ? { ...revocation, except: { sessionId: revocation.except.sessionId } }
            : revocation,
          at,
        );
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: a new secret of the excepted session replaces the old one at once: the session: ['secretHash']: got ",
  },
  {
    name: "a touch that brings an ended session back",
    spoil: (store) => {
      const known = new Map<string, Parameters<MemoryStore["sessions"]["insert"]>[0]>();
      return {
        ...store,
        sessions: {
          ...store.sessions,
          async insert(session, replaces, stamp) {
            known.set(session.id, session);
            return store.sessions.insert(session, replaces, stamp);
          },
          async touch(touches) {
            for (const { id } of touches) {
              const session = known.get(id);
              if (session === undefined || (await store.sessions.find(id)) !== null) continue;
              await store.sessions.insert(
                { ...session, mark: Number.MAX_SAFE_INTEGER },
                null,
                aStamp(),
              );
            }
            await store.sessions.touch(touches);
          },
        },
      };
    },
    told: "revocation: neither a touch nor a promotion brings back what a revocation of scope all ended: find: got ",
  },
  {
    name: "a promotion that reads, compares and then writes",
    spoil: (store) => {
      const promote: MemoryStore["sessions"]["promote"] = async (id, promotion) => {
        const read = await store.sessions.find(id);
        await tick();
        if (read !== null && read.lineage !== promotion.from) return "superseded";
        const from = (await store.sessions.find(id))?.lineage ?? "";
        return store.sessions.promote(id, { ...promotion, from });
      };
      return { ...store, sessions: { ...store.sessions, promote } };
    },
    told: "sessions: of 16 concurrent promotions from one lineage, exactly 1 is promoted, and every find sent after it sees it: got 16",
  },
  {
    name: "a promotion that moves lastSeenAt back",
    spoil: (store) => {
      const promote: MemoryStore["sessions"]["promote"] = async (id, promotion) => {
        const verdict = await store.sessions.promote(id, promotion);
        const found = await store.sessions.find(id);
        if (verdict !== "promoted" || found === null) return verdict;
        const { lastSeenAt, purgeAt } = promotion;
        await store.revocation.revoke({ scope: "session", id, reason }, aStamp());
        await store.sessions.insert({ ...found, lastSeenAt, purgeAt }, null, aStamp());
        return verdict;
      };
      return { ...store, sessions: { ...store.sessions, promote } };
    },
    told: "sessions: a late promotion never moves lastSeenAt back, nor purgeAt: find: ['lastSeenAt']: got 1767225599999, expected 1767225600000",
  },
  {
    name: "a revocation of a lineage that looks first",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) => {
        if (revocation.scope !== "session" || revocation.lineage === undefined)
          return store.revocation.revoke(revocation, at);
        const { lineage, ...unconditional } = revocation;
        const read = await store.sessions.find(revocation.id);
        await tick();
        if (read?.lineage !== lineage) return { outcome: "absent" };
        return store.revocation.revoke(unconditional, at);
      };
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: of a promotion and the revocation of its lineage, exactly 1 happens, whichever comes first: ['promoted']: got 'promoted', expected 'ended'",
  },
  {
    name: "a revocation that does nothing where there is no session",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) => {
        if (revocation.scope !== "session") return store.revocation.revoke(revocation, at);
        const { unrecorded: _, ...recorded } = revocation;
        return store.revocation.revoke(recorded, at);
      };
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: access tokens without a session are revoked: it is logged, also where there is no such session: the verdict: ['outcome']: got 'absent', expected 'revoked'",
  },
  {
    name: "a data write that reads, compares and then writes",
    spoil: (store) => {
      const writeData: MemoryStore["sessions"]["writeData"] = async (id, change) => {
        const { from, ...unconditional } = change;
        if (from !== undefined) {
          const value = (await store.sessions.readData(id))?.get(change.key) ?? null;
          await tick();
          if (value !== from) return "conflict";
        }
        return store.sessions.writeData(id, unconditional);
      };
      return { ...store, sessions: { ...store.sessions, writeData } };
    },
    told: "sessions: of 16 concurrent writes with the same `from`, exactly 1 is written: got 16",
  },
  {
    name: "a change of claims that overwrites newer ones",
    spoil: (store) => {
      const replaceClaims: MemoryStore["sessions"]["replaceClaims"] = (id, change, stamp) =>
        store.sessions.replaceClaims(id, { ...change, after: Number.MAX_SAFE_INTEGER }, stamp);
      return { ...store, sessions: { ...store.sessions, replaceClaims } };
    },
    told: "sessions: of 16 concurrent replacements of claims that know the same place, exactly 1 is written: replaced: got 8",
  },
  {
    name: "a change of a user's claims that overlooks newer ones of a session",
    spoil: (store) => {
      const replaceClaimsOf: MemoryStore["sessions"]["replaceClaimsOf"] = async (
        userId,
        change,
        stamp,
      ) => {
        const verdict = await store.sessions.replaceClaimsOf(userId, change, stamp);
        const { entries } = await store.revocation.sync(aSync());
        const by =
          verdict.outcome === "superseded" && entries.find(({ seq }) => seq === verdict.by);
        if (!by || by.scope === "user") return verdict;
        return store.sessions.replaceClaimsOf(userId, { ...change, after: by.seq }, stamp);
      };
      return { ...store, sessions: { ...store.sessions, replaceClaimsOf } };
    },
    told: "sessions: claims that came late give way to newer ones of the session or of its user: replaceClaims, then replaceClaimsOf",
  },
  {
    name: "a limit that counts characters",
    spoil: (store) => {
      const writeData: MemoryStore["sessions"]["writeData"] = async (id, change) => {
        const text = change.key + (change.to ?? "");
        const slack = Buffer.byteLength(text) - text.length;
        return store.sessions.writeData(id, { ...change, maxBytes: change.maxBytes + slack });
      };
      return { ...store, sessions: { ...store.sessions, writeData } };
    },
    told: "sessions: the limit counts all keys and values, in UTF-8 bytes: 9 of 10 bytes: got 'written', expected 'too_large'",
  },
  {
    name: "a list in the wrong order",
    spoil: (store) => {
      const listOf: MemoryStore["sessions"]["listOf"] = async (userId) =>
        (await store.sessions.listOf(userId)).toReversed();
      return { ...store, sessions: { ...store.sessions, listOf } };
    },
    told: "sessions: the sessions of a user are listed, most recently seen first: the order: ['0']: got 0, expected 4",
  },
  {
    name: "a registration that looks for the email first",
    spoil: (store) => {
      const insert: MemoryStore["users"]["insert"] = async (user, hash) => {
        if ((await store.users.findByEmail(user.emailKey)) !== null) return "email_taken";
        await tick();
        await store.users.insert(user, hash);
        return "inserted";
      };
      return { ...store, users: { ...store.users, insert } };
    },
    told: "users: of 16 concurrent inserts with one emailKey, exactly 1 is inserted: got 16",
  },
  {
    name: "a password replaced without looking at the present one",
    spoil: (store) => {
      const replacePassword: MemoryStore["credentials"]["replacePassword"] = async (
        userId,
        change,
      ) => {
        const from = (await store.credentials.findPassword(userId))?.hash ?? change.from;
        return store.credentials.replacePassword(userId, { ...change, from });
      };
      return { ...store, credentials: { ...store.credentials, replacePassword } };
    },
    told: "credentials: the hash is replaced only if it still is `from`: from another hash: got 'replaced', expected 'superseded'",
  },
  {
    name: "an answer that is an error of many lines",
    spoil: (store) => {
      const purge = () => Promise.reject(new Error("connect\n  ECONNREFUSED\n  127.0.0.1:5432"));
      return { ...store, attempts: { ...store.attempts, purge } };
    },
    told: "attempts: purge forgets what is unused and keeps what is not: connect ECONNREFUSED 127.0.0.1:5432",
  },
];
