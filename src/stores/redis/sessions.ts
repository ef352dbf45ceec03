import { Buffer } from "node:buffer";
import type { Stamp } from "../../core/revocation/revocation-store.ts";
import type {
  DataChange,
  InsertVerdict,
  PromoteVerdict,
  SessionRecord,
  SessionStore,
  Touch,
  WriteDataVerdict,
} from "../../core/sessions/session-store.ts";
import type { Connection } from "./connection.ts";
import { escapeText, unescapeText, type PartitionKeys } from "./keys.ts";
import { loggedIn, packTold, stampArgs } from "./log-entry.ts";
import {
  closeScript,
  findScript,
  insertScript,
  listScript,
  promoteScript,
  readDataScript,
  replaceClaimsOfScript,
  replaceClaimsScript,
  touchScript,
  writeDataScript,
} from "./lua/session-scripts.ts";
import type { Reply } from "./port.ts";
import {
  markOf,
  packClaims,
  packLineage,
  packNumber,
  packSession,
  unpackSession,
} from "./record.ts";
import { sweepDue } from "./sweep.ts";

/** How long Redis keeps a session after its `purgeAt`, so that `purge` finds it and tidies up behind it. */
const graceMs = 3_600_000;
const touchesPerScript = 500;

/** The sessions slice over Redis. */
export function redisSessions(connection: Connection): SessionStore {
  const { partitions, channel } = connection;

  /** Of a guest in another partition than the user's: it is closed first, and its data travels with the insert. */
  async function insertOver(
    session: SessionRecord,
    replaces: string,
    stamp: Stamp,
  ): Promise<InsertVerdict> {
    const to = partitions.ofSession(session.id);
    const from = partitions.ofSession(replaces);
    // A sign-in that is refused must leave the guest alone, as far as that can be known before.
    const foreseen = insertVerdict(to, await insert("peek", session, null, stamp, []));
    if (foreseen.outcome !== "inserted") return foreseen;
    const closed = await connection.runLasting(
      closeScript,
      [...from.common, from.session(replaces), from.data(replaces)],
      [...stampArgs(channel, stamp), escapeText(replaces), packTold(replacement(replaces))],
    );
    const [entry, data] = Array.isArray(closed) ? (closed as readonly Reply[]) : [];
    const moved = Array.isArray(data) ? data.map(String) : [];
    const verdict = insertVerdict(to, await insert("insert", session, null, stamp, moved));
    if (verdict.outcome !== "inserted" || entry === undefined) return verdict;
    return { outcome: "inserted", entries: [loggedIn(from.partition, entry)] };
  }

  function insert(
    act: "insert" | "peek",
    session: SessionRecord,
    replaces: string | null,
    stamp: Stamp,
    data: readonly string[],
  ): Promise<Reply> {
    const keys = partitions.ofSession(session.id);
    const replaced = replaces === null ? [] : [keys.session(replaces), keys.data(replaces)];
    const args = [
      ...stampArgs(channel, stamp),
      act,
      escapeText(session.id),
      packSession(session),
      String(timeToLive(session.purgeAt, stamp.now)),
      escapeText(replaces ?? ""),
      packTold(replacement(replaces ?? "")),
      ...data,
    ];
    const named = [...keys.common, keys.session(session.id), keys.data(session.id), ...replaced];
    return act === "peek"
      ? connection.run(insertScript, named, args)
      : connection.runLasting(insertScript, named, args);
  }

  return {
    async insert(session, replaces, stamp) {
      const keys = partitions.ofSession(session.id);
      if (session.userId !== null && partitions.ofUser(session.userId) !== keys) {
        throw new TypeError(
          `redisStore: the session id is not of its user's partition; make it with newSessionId`,
        );
      }
      if (replaces !== null && partitions.ofSession(replaces) !== keys) {
        return insertOver(session, replaces, stamp);
      }
      return insertVerdict(keys, await insert("insert", session, replaces, stamp, []));
    },

    async find(id) {
      const keys = partitions.ofSession(id);
      const key = keys.session(id);
      if (!connection.mayEvict) {
        // One command, hence one moment. A user's revocation removes the sessions in its own act; a tenant's or
        // everybody's leaves `sweep` until it has removed them. So without it, what is there has not been revoked.
        const [text, ending] = (await connection.send(key, ["mget", key, keys.sweep])) as Reply[];
        if (typeof text !== "string") return null;
        if (ending === null || markOf(text) >= Number(ending)) return unpackSession(id, text);
      }
      const text = await connection.run(findScript, [...keys.common, key], []);
      return typeof text === "string" ? unpackSession(id, text) : null;
    },

    async listOf(userId) {
      const keys = partitions.ofUser(userId);
      const found = await connection.run(listScript, [...keys.common, keys.user(userId)], []);
      return pairsOf(found)
        .map(([id, text]) => unpackSession(unescapeText(id), text))
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt || b.createdAt - a.createdAt);
    },

    async touch(touches) {
      const byPartition = Map.groupBy(touches, ({ id }) => partitions.ofSession(id));
      const batches = [...byPartition].flatMap(([keys, some]) => batchesOf(keys, some));
      await Promise.all(
        batches.map(([keys, some]) =>
          connection.run(
            touchScript,
            [...keys.common, ...some.map(({ id }) => keys.session(id))],
            some.flatMap(seenArgs),
          ),
        ),
      );
    },

    async promote(id, { from, to, lastSeenAt, purgeAt }) {
      const keys = partitions.ofSession(id);
      const verdict = await connection.runLasting(
        promoteScript,
        [...keys.common, keys.session(id)],
        [from, packLineage(to), ...seenArgs({ lastSeenAt, purgeAt })],
      );
      return verdict as PromoteVerdict;
    },

    async replaceClaims(id, { claims, after, unrecorded }, stamp) {
      const keys = partitions.ofSession(id);
      const told = { scope: "session", target: id, kind: "changed" } as const;
      const [outcome, found, entry] = (await connection.runLasting(
        replaceClaimsScript,
        [...keys.common, keys.session(id)],
        [
          ...stampArgs(channel, stamp),
          packClaims(claims),
          packTold({ ...told, except: null, reason: "claims_changed" }),
          String(after),
          escapeText(id),
          unrecorded === true ? "1" : "",
        ],
      )) as readonly Reply[];
      if (outcome === "ended") return { outcome };
      if (outcome === "superseded") return { outcome, by: Number(found) };
      const session = typeof found === "string" ? unpackSession(id, found) : null;
      return { outcome: "replaced", session, entries: [loggedIn(keys.partition, entry)] };
    },

    async replaceClaimsOf(userId, { claims, after }, stamp) {
      const keys = partitions.ofUser(userId);
      const told = { scope: "user", target: userId, kind: "changed" } as const;
      const [outcome, found, entry] = (await connection.runLasting(
        replaceClaimsOfScript,
        [...keys.common, keys.user(userId)],
        [
          ...stampArgs(channel, stamp),
          packClaims(claims),
          packTold({ ...told, except: null, reason: "claims_changed" }),
          String(after),
          escapeText(userId),
        ],
      )) as readonly Reply[];
      if (outcome === "superseded") return { outcome, by: Number(found) };
      const entries = [loggedIn(keys.partition, entry)];
      return { outcome: "replaced", sessions: Number(found), entries };
    },

    async readData(id) {
      const keys = partitions.ofSession(id);
      const reply = await connection.run(
        readDataScript,
        [...keys.common, keys.session(id), keys.data(id)],
        [],
      );
      if (!Array.isArray(reply)) return null;
      const named = pairsOf(reply).filter(([name]) => name !== "");
      return new Map(named.map(([name, value]) => [unescapeText(name.slice(1)), value]));
    },

    async writeData(id, change) {
      const keys = partitions.ofSession(id);
      const verdict = await connection.run(
        writeDataScript,
        [...keys.common, keys.session(id), keys.data(id)],
        changeArgs(change),
      );
      return verdict as WriteDataVerdict;
    },

    purge: (now) => sweepDue(connection, now),
  };
}

function insertVerdict(keys: PartitionKeys, reply: Reply): InsertVerdict {
  const [outcome, ...rest] = reply as readonly Reply[];
  if (outcome === "superseded") {
    return { outcome, by: Number(rest[0]), decidedAt: Number(rest[1]) };
  }
  if (outcome === "duplicate") return { outcome };
  const entries = rest.map((entry) => loggedIn(keys.partition, entry));
  return { outcome: "inserted", entries };
}

function replacement(target: string) {
  return { scope: "session", target, kind: "revoked", except: null, reason: "replaced" } as const;
}

/** By the caller's clock only: the server's may be another. */
function timeToLive(purgeAt: number, now: number): number {
  return Math.max(Math.ceil(purgeAt - now), 0) + graceMs;
}

function seenArgs({ lastSeenAt, purgeAt }: Omit<Touch, "id">): string[] {
  return [packNumber(lastSeenAt), packNumber(purgeAt), String(timeToLive(purgeAt, lastSeenAt))];
}

function batchesOf(
  keys: PartitionKeys,
  touches: readonly Touch[],
): (readonly [PartitionKeys, readonly Touch[]])[] {
  const count = Math.ceil(touches.length / touchesPerScript);
  return Array.from({ length: count }, (_, index) => [
    keys,
    touches.slice(index * touchesPerScript, (index + 1) * touchesPerScript),
  ]);
}

/** A name begins with a colon, so that the empty one is free for the sum of the bytes. */
function changeArgs({ key, to, from, maxBytes }: DataChange): string[] {
  return [
    `:${escapeText(key)}`,
    String(Buffer.byteLength(key)),
    from === undefined ? "any" : from === null ? "absent" : "is",
    from ?? "",
    to === null ? "delete" : "set",
    to ?? "",
    String(maxBytes),
  ];
}

function pairsOf(reply: Reply): [string, string][] {
  const flat = (Array.isArray(reply) ? reply : []).map(String);
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? "",
    flat[2 * index + 1] ?? "",
  ]);
}
