import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as tick } from "node:timers/promises";
import { memoryStore } from "symbolon/stores/memory";
import { checkStore, storeContract } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";
import type { RevokeVerdict } from "../../src/core/revocation/revocation-store.ts";
import { loseEntriesAfter } from "../../src/stores/memory/loss.ts";
import { aStamp } from "../../src/testing/store-contract/samples.ts";

type MemoryStore = ReturnType<typeof memoryStore>;

/** The verdict with its entries at other places. */
function placed(verdict: RevokeVerdict, place: (seq: number) => number): RevokeVerdict {
  if (verdict.outcome !== "revoked") return verdict;
  const entries = verdict.entries.map(({ partition, entry }) => ({
    partition,
    entry: { ...entry, seq: place(entry.seq) },
  }));
  return { ...verdict, entries };
}

interface Defect {
  /** What is wrong with the store. */
  readonly name: string;
  readonly spoil: (store: MemoryStore) => Store;
  /** The line that tells it. */
  readonly told: string;
}

const defects: readonly Defect[] = [
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
    told: "revocation: a touch does not bring back what a revocation of scope all ended: find: got ",
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
    name: "places in the log that come from the clock alone",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) => {
        const verdict = await store.revocation.revoke(revocation, at);
        return placed(verdict, () => at.now * 1000);
      };
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: 16 concurrent revocations have 16 places in the log: got 1",
  },
  {
    name: "places in the log that lose digits",
    spoil: (store) => {
      const revoke: MemoryStore["revocation"]["revoke"] = async (revocation, at) => {
        const verdict = await store.revocation.revoke(revocation, at);
        return placed(verdict, (seq) => Number(seq.toPrecision(14)));
      };
      return { ...store, revocation: { ...store.revocation, revoke } };
    },
    told: "revocation: places in the log grow: with the time, and also when the clock stands or goes back: at the same time: got 1767225600000000, expected 1767225600000001",
  },
  {
    name: "a log whose entries are seen before a smaller one is",
    spoil: (store) => {
      const sync: MemoryStore["revocation"]["sync"] = async (request) => {
        const answer = await store.revocation.sync(request);
        const entries = answer.entries.filter(({ seq }) => seq % 2 === 0);
        return { ...answer, entries: [...entries, ...answer.entries.filter((one) => one.seq % 2)] };
      };
      return { ...store, revocation: { ...store.revocation, sync } };
    },
    told: "revocation: who syncs while 16 revocations commit learns of all, never of one below another that it knew: the places do not grow",
  },
  {
    name: "a log that hides what it has lost",
    spoil: (store) => {
      const sync: MemoryStore["revocation"]["sync"] = async (request) => {
        const answer = await store.revocation.sync(request);
        const { cursor } = request;
        if (answer.outcome !== "cut" || cursor === null) return answer;
        const entries = answer.entries.filter(({ seq }) => seq > cursor.seq);
        return { ...answer, outcome: "next", entries };
      };
      return { ...store, revocation: { ...store.revocation, sync } };
    },
    told: "revocation: it is told so also when others have logged since: ['outcome']: got 'next', expected 'cut'",
  },
  {
    name: "a sync that forgets to raise the head",
    spoil: (store) => {
      const sync: MemoryStore["revocation"]["sync"] = (request) => {
        const cursor = request.cursor && { ...request.cursor, seq: 0 };
        return store.revocation.sync({ ...request, cursor });
      };
      return { ...store, revocation: { ...store.revocation, sync } };
    },
    told: "revocation: the head is raised to the cursor of who syncs, exactly: the next place: got 1767225600000000",
  },
  {
    name: "an entry that is written back as if it were new",
    spoil: (store) => {
      const restore: MemoryStore["revocation"]["restore"] = (partition, entries, cursor, now) => {
        const anew = entries.map((entry) => ({ ...entry, cut: cursor.seq + 1 }));
        return store.revocation.restore(partition, anew, cursor, now);
      };
      return { ...store, revocation: { ...store.revocation, restore } };
    },
    told: "revocation: what an entry of a user, a tenant or all revoked is removed again, by its cut: user: signed in after: got null",
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

describe("the store contract names a defect in one line", () => {
  for (const { name, spoil, told } of defects) {
    test(name, async () => {
      const messages = (
        await checkStore(async () => spoil(memoryStore()), { loseEntriesAfter })
      ).map((failure) => failure.message);
      assert.ok(
        messages.some((message) => message.startsWith(told)),
        `expected a line that starts with\n${told}\namong\n${messages.join("\n")}`,
      );
      for (const message of messages) assert.doesNotMatch(message, /\n/);
    });
  }
});

describe("checkStore", () => {
  test("answers no failure for a store that keeps the contract", async () => {
    assert.deepEqual(await checkStore(async () => memoryStore(), { loseEntriesAfter }), []);
  });

  test("reports a slice that the store lacks, and its cases as not run", async () => {
    const cases = storeContract.filter(({ slice }) => slice === "users").length;
    const failures = await checkStore(async () => {
      const { users: _, ...store } = memoryStore();
      return store;
    });
    assert.equal(
      failures[0]?.message,
      `users: absent: the store has no such slice, so ${cases} cases did not run`,
    );
  });

  test("takes a lacking slice for intended when it is told so", async () => {
    const failures = await checkStore(
      async () => {
        const { attempts: _, ...store } = memoryStore();
        return store;
      },
      { without: ["attempts"], loseEntriesAfter },
    );
    assert.deepEqual(failures, []);
  });

  test("reports the cases that need a loss as not run when it is given none, unless null says so", async () => {
    const needing = storeContract.filter(({ needs }) => needs !== undefined);
    assert.ok(needing.length > 0);
    const failures = await checkStore(async () => memoryStore());
    assert.deepEqual(
      failures.map(({ message }) => message),
      needing.map((one) => `revocation: ${one.name}: did not run: it needs loseEntriesAfter`),
    );
    assert.deepEqual(await checkStore(async () => memoryStore(), { loseEntriesAfter: null }), []);
  });

  test("opens and closes each store that it checks", async () => {
    const open = new Set<Store>();
    let opened = 0;
    const makeStore = async () => {
      const store: Store = {
        ...memoryStore(),
        async open() {
          opened += 1;
          open.add(store);
        },
        async close() {
          open.delete(store);
        },
      };
      return store;
    };
    await checkStore(makeStore, { loseEntriesAfter });
    assert.equal(opened, storeContract.length);
    assert.equal(open.size, 0);
  });
});

describe("every sentence of the contract", () => {
  test("has a name of its own within its slice", () => {
    const names = storeContract.map(({ slice, name }) => `${slice}: ${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  test("begins each slice with its races", () => {
    for (const slice of new Set(storeContract.map((one) => one.slice))) {
      const first = storeContract.find((one) => one.slice === slice);
      assert.match(first?.name ?? "", /^of 16 concurrent/);
    }
  });
});
