import type {
  LogEntry,
  Revocation,
  RevocationStore,
  RevokeVerdict,
  Stamp,
  SyncAnswer,
  SyncingProcess,
} from "../../core/revocation/revocation-store.ts";
import type { Connection } from "./connection.ts";
import { escapeText, unescapeText, type PartitionKeys } from "./keys.ts";
import { loggedIn, packTold, stampArgs, unpackEntry } from "./log-entry.ts";
import {
  leaveScript,
  pruneScript,
  restoreScript,
  revokeManyScript,
  revokeSessionScript,
  revokeUserScript,
  syncScript,
} from "./lua/revocation-scripts.ts";
import type { Reply } from "./port.ts";
import { packSecretHash } from "./record.ts";
import { sweepEnded } from "./sweep.ts";

const entriesPerScript = 500;

type Revoking = Stamp & { readonly watermarkUntil: number };

/** The revocation slice over Redis. */
export function redisRevocation(connection: Connection): RevocationStore {
  const { partitions, channel } = connection;

  async function revokeSession(
    { id, ofUser, lineage, unrecorded, reason }: Extract<Revocation, { scope: "session" }>,
    stamp: Revoking,
  ): Promise<RevokeVerdict> {
    const keys = partitions.ofSession(id);
    const conditions = [
      ...(ofUser === undefined ? [] : ["user", escapeText(ofUser)]),
      ...(lineage === undefined ? [] : ["lineage", lineage]),
      ...(unrecorded === undefined ? [] : ["unrecorded", "1"]),
    ];
    const told = packTold({ scope: "session", target: id, kind: "revoked", except: null, reason });
    const reply = await connection.runLasting(
      revokeSessionScript,
      [...keys.common, keys.session(id)],
      [...stampArgs(channel, stamp), escapeText(id), told, ...conditions],
    );
    return revokeVerdict(keys, reply);
  }

  async function revokeUser(
    { id, except, reason }: Extract<Revocation, { scope: "user" }>,
    stamp: Revoking,
  ): Promise<RevokeVerdict> {
    const keys = partitions.ofUser(id);
    const excepted = except?.sessionId ?? null;
    const told = packTold({ scope: "user", target: id, kind: "revoked", except: excepted, reason });
    const args = [...stampArgs(channel, stamp), escapeText(id), told, String(stamp.watermarkUntil)];
    if (except !== undefined) {
      const { sessionId, secretHash, unrecorded } = except;
      args.push(escapeText(sessionId));
      args.push(secretHash === undefined ? "" : packSecretHash(secretHash));
      args.push(unrecorded === true ? "1" : "");
    }
    return revokeVerdict(
      keys,
      await connection.runLasting(revokeUserScript, [...keys.common, keys.user(id)], args),
    );
  }

  /** In every partition; none waits for another, and the answer for all. */
  async function revokeMany(
    revocation: Extract<Revocation, { scope: "tenant" | "all" }>,
    stamp: Revoking,
  ): Promise<RevokeVerdict> {
    const { scope, reason } = revocation;
    const target = scope === "tenant" ? revocation.id : "";
    const mark = scope === "tenant" ? `t:${escapeText(target)}` : "a";
    const told = packTold({ scope, target, kind: "revoked", except: null, reason });
    const args = [...stampArgs(channel, stamp), mark, told, String(stamp.watermarkUntil)];
    const logged = await all(partitions.all, async (keys) =>
      revokeVerdict(keys, await connection.runLasting(revokeManyScript, keys.common, args)),
    );
    // They have ended already; removing their rows is what counts them.
    const removed = await all(partitions.all, (keys) => sweepEnded(connection, keys));
    return {
      outcome: "revoked",
      entries: logged.flatMap((verdict) => ("entries" in verdict ? verdict.entries : [])),
      sessions: removed.reduce((sum, one) => sum + one, 0),
    };
  }

  return {
    async revoke(revocation, stamp) {
      switch (revocation.scope) {
        case "session":
          return revokeSession(revocation, stamp);
        case "user":
          return revokeUser(revocation, stamp);
        case "tenant":
        case "all":
        default:
          return revokeMany(revocation, stamp);
      }
    },

    async sync({ partition, processId, cursor, liveForMs, keepForMs, now }) {
      const keys = partitions.at(partition);
      const reply = await connection.runLasting(syncScript, keys.common, [
        escapeText(processId),
        cursor === null ? "" : String(cursor.seq),
        cursor === null ? "" : escapeText(cursor.entryId),
        String(liveForMs),
        String(keepForMs),
        String(now),
      ]);
      return syncAnswer(reply);
    },

    async restore(partition, entries, cursor, now) {
      const keys = partitions.at(partition);
      // Also for no entry: the head is raised all the same.
      for (let start = 0; start === 0 || start < entries.length; start += entriesPerScript) {
        const some = entries.slice(start, start + entriesPerScript);
        const args = [channel, String(cursor.seq), String(now), ...some.flatMap(entryArgs)];
        await connection.runLasting(restoreScript, keys.common, args);
      }
    },

    async processes(partition, now) {
      const { processes } = partitions.at(partition);
      const rows = (await connection.send(processes, ["hvals", processes])) as readonly string[];
      return rows.map(unpackProcess).filter((process) => process.liveUntil > now);
    },

    async leave(processId) {
      const args = [escapeText(processId)];
      await all(partitions.all, (keys) => connection.runLasting(leaveScript, keys.common, args));
    },

    async purge(now) {
      for (const keys of partitions.all) {
        let [more, waiting] = [1, 0];
        while (more === 1) [more, waiting] = await prune(keys, now);
        if (waiting === 0) continue;
        await sweepEnded(connection, keys);
        await prune(keys, now);
      }
    },

    onHint: (listener) => connection.subscribe(listener),
  };

  async function prune(keys: PartitionKeys, now: number): Promise<[number, number]> {
    const reply = await connection.run(pruneScript, keys.common, [String(now)]);
    const [more, waiting] = reply as readonly Reply[];
    return [Number(more), Number(waiting)];
  }
}

/** Does something for each and waits for all to end, also when one fails: nothing goes on behind the caller's back. */
async function all<Each, Result>(
  each: readonly Each[],
  act: (one: Each) => Promise<Result>,
): Promise<Result[]> {
  const settled = await Promise.allSettled(each.map(act));
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

function revokeVerdict(keys: PartitionKeys, reply: Reply): RevokeVerdict {
  const [outcome, sessions, entry] = reply as readonly Reply[];
  if (outcome === "absent" || outcome === "except_ended") return { outcome };
  const entries = [loggedIn(keys.partition, entry)];
  return { outcome: "revoked", entries, sessions: Number(sessions) };
}

function syncAnswer(reply: Reply): SyncAnswer {
  const [outcome, seconds, microseconds, entries] = reply as readonly Reply[];
  return {
    outcome: outcome as SyncAnswer["outcome"],
    entries: (entries as readonly string[]).map(unpackEntry),
    storeNow: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000),
  };
}

function entryArgs(entry: LogEntry): string[] {
  const { id, cut, keepUntil, scope, target, kind, except } = entry;
  const told = packTold(entry);
  const named = [escapeText(id), String(cut), String(keepUntil), told, scope, escapeText(target)];
  return [...named, kind, except === null ? "" : escapeText(except)];
}

/** A process as it is stored: `id acknowledged liveUntil keepForMs seenAt`. */
function unpackProcess(row: string): SyncingProcess {
  const [id = "", acknowledged, liveUntil] = row.split(" ");
  return {
    processId: unescapeText(id),
    acknowledged: Number(acknowledged),
    liveUntil: Number(liveUntil),
  };
}
