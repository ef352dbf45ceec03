import type { Store } from "../../../src/core/ports.ts";
import type { Stamp } from "../../../src/core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../../src/core/sessions/session-store.ts";
import { epoch, hour, settledSessions } from "./bounds.ts";
import type { Oracle } from "./oracle.ts";
import type { EngineParts } from "./parts.ts";

/**
 * The real store in memory, with a clock of its own as a database has, and with every act told to the oracle at the moment
 * when it is committed. As in a database that removes rows later, a session whose mark is below its user's watermark is
 * absent by that alone.
 */
export async function makeWatchedStore(
  parts: EngineParts,
  oracle: Oracle,
  now: () => number,
  /** Tells what was written: the same writes make the same store. */
  written: (what: string) => void,
): Promise<Pick<Store, "sessions" | "revocation">> {
  const { sessions, revocation } = parts.memoryStore();
  const watermarks = new Map<string | null, number>();
  const raise = (userId: string, seq: number): void => {
    watermarks.set(userId, Math.max(seq, watermarks.get(userId) ?? 0));
  };
  const hasEnded = ({ userId, mark }: SessionRecord): boolean =>
    mark < (watermarks.get(userId) ?? 0);
  for (const session of Object.values(settledSessions)) {
    await sessions.insert(session, null, stamp("-"));
  }
  // A log that nobody has read says nothing of a loss.
  await sessions.replaceClaimsOf("nobody", { claims: {}, after: 0 }, stamp("first"));
  return {
    sessions: {
      ...sessions,
      async find(id) {
        const found = await sessions.find(id);
        return found === null || hasEnded(found) ? null : found;
      },
      async insert(session, replaces, stamp) {
        const verdict = await sessions.insert(session, replaces, stamp);
        written(`insert ${session.mark} ${verdict.outcome}`);
        if (verdict.outcome === "inserted") oracle.inserted(session);
        return verdict;
      },
      async replaceClaimsOf(userId, claims, stamp) {
        const changed = await sessions.replaceClaimsOf(userId, claims, stamp);
        written(`change ${stamp.entryId}`);
        oracle.changed(now());
        return changed;
      },
    },
    revocation: {
      ...revocation,
      async revoke(decision, stamp) {
        const verdict = await revocation.revoke(decision, stamp);
        written(`${decision.scope} ${stamp.entryId} ${verdict.outcome}`);
        if (verdict.outcome !== "revoked" || decision.scope === "all") return verdict;
        const except = decision.scope === "user" ? decision.except?.sessionId : undefined;
        oracle.revoked(decision.scope, decision.id, except, verdict.entries, now());
        if (decision.scope === "user") raise(decision.id, verdict.entries[0]?.entry.seq ?? 0);
        return verdict;
      },
      async sync(request) {
        const answer = await revocation.sync(request);
        const { processId, cursor } = request;
        oracle.synced(processId, cursor?.seq ?? 0, answer.outcome === "next");
        return { ...answer, storeNow: epoch + now() };
      },
      async restore(partition, entries, cursor, at) {
        await revocation.restore(partition, entries, cursor, at);
        written(`restore ${cursor.seq} ${entries.map(({ id }) => id).join()}`);
        for (const { scope, kind, target, cut } of entries) {
          if (scope === "user" && kind === "revoked") raise(target, cut);
        }
        oracle.restored(
          entries.map(({ id }) => id),
          now(),
        );
      },
      async purge(at) {
        await revocation.purge(at);
        written("purge");
      },
    },
  };
}

function stamp(entryId: string): Stamp {
  return { entryId, now: epoch, keepForMs: hour };
}
