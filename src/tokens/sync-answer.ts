import type {
  LogEntry,
  RevocationReason,
  SyncAnswer,
} from "../core/revocation/revocation-store.ts";
import type { JsonObject, JsonValue } from "../util/json.ts";
import { isJsonObject } from "../util/strict-json.ts";

/** What an issuer lets its services ask for. */
export interface IssuerLimits {
  readonly partitions: number;
  readonly leaseMs: number;
  readonly liveForMs: number;
  readonly waitMs: number;
}

/** More than any store has; so many logs would be followed. */
const mostPartitions = 256;

/** @throws Error when it is something else */
export function parseLimits(body: JsonObject): IssuerLimits {
  const { partitions, leaseMs, liveForMs, waitMs } = body;
  if (
    isWhole(partitions) &&
    partitions >= 1 &&
    partitions <= mostPartitions &&
    isWhole(leaseMs) &&
    isWhole(liveForMs) &&
    isWhole(waitMs)
  ) {
    return { partitions, leaseMs, liveForMs, waitMs };
  }
  throw new Error("the issuer does not say what may be asked for");
}

/**
 * The answer to a sync. What cannot be understood is no answer: an entry of a kind that is not known here may end a session.
 * @throws Error that says so
 */
export function parseSyncAnswer(body: JsonObject, partitions: number): SyncAnswer {
  const { outcome, entries, storeNow, heldForMs } = body;
  if (body["partitions"] !== partitions) {
    throw new Error(
      `the issuer has ${JSON.stringify(body["partitions"])} logs where it had ${partitions}: it is on another store; start this service again`,
    );
  }
  if (
    (outcome === "next" || outcome === "afresh" || outcome === "cut") &&
    isTime(storeNow) &&
    isWhole(heldForMs) &&
    Array.isArray(entries)
  ) {
    return { outcome, storeNow, heldForMs, entries: inOrder(entries.map(parseEntry)) };
  }
  throw new Error("the issuer answered a sync with something else");
}

const scopes: readonly JsonValue[] = ["session", "user", "tenant", "all", "key"];

function parseEntry(value: JsonValue): LogEntry {
  const entry = isJsonObject(value) ? value : {};
  const { seq, id, cut, scope, target, kind, except, reason, keepUntil } = entry;
  if (
    isWhole(seq) &&
    typeof id === "string" &&
    isWhole(cut) &&
    scopes.includes(scope ?? null) &&
    typeof target === "string" &&
    (kind === "revoked" || kind === "changed") &&
    (except === null || typeof except === "string") &&
    typeof reason === "string" &&
    isTime(keepUntil)
  ) {
    return {
      seq,
      id,
      cut,
      scope: scope as LogEntry["scope"],
      target,
      kind,
      except,
      // For an audit, which is not made here: one that is not known does no harm.
      reason: reason as RevocationReason,
      keepUntil,
    };
  }
  throw new Error("the log has an entry that this version cannot understand");
}

/** The cursor goes to the last one, so what came out of order would be missed. */
function inOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  let last = 0;
  for (const { seq } of entries) {
    if (seq <= last) throw new Error("the entries of the log came out of order");
    last = seq;
  }
  return entries;
}

function isWhole(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
