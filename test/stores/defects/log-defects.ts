import type { RevokeVerdict } from "../../../src/core/revocation/revocation-store.ts";
import type { Defect, MemoryStore } from "./defect.ts";

export const logDefects: readonly Defect[] = [
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
];

/** The verdict with its entries at other places. */
function placed(verdict: RevokeVerdict, place: (seq: number) => number): RevokeVerdict {
  if (verdict.outcome !== "revoked") return verdict;
  const entries = verdict.entries.map(({ partition, entry }) => ({
    partition,
    entry: { ...entry, seq: place(entry.seq) },
  }));
  return { ...verdict, entries };
}
