import { Buffer } from "node:buffer";
import type { AssuranceLevel } from "../../core/sessions/authentication.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { JsonObject } from "../../util/json.ts";
import { escapeText, unescapeText } from "./keys.ts";

/*
 * A session is one text: what scripts read or change stands in front at fixed places, the rest is lines.
 *
 *   0 secret hash (43, base64url) | 43 mark (16 digits) | 59 lastSeenAt | 70 purgeAt | 81 createdAt (11 digits of base 36 each) | 92 flags |
 *   93 user \n tenant \n methods \n user agent \n claims
 *
 * A hash would cost 30 to 150 bytes more, and one field above 64 bytes 800 more.
 */
const timeLength = 11;
const lastSeenStart = 59;
const purgeStart = lastSeenStart + timeLength;
const createdStart = purgeStart + timeLength;
const flagsAt = createdStart + timeLength;
const linesStart = flagsAt + 1;

const levels: readonly AssuranceLevel[] = ["aal1", "aal2", "aal3"];
const persistentBit = 4;
const guestBit = 8;
const tenantBit = 16;
/** Makes a printable character of the flags. */
const flagsBase = 64;

export function packSession(session: SessionRecord): string {
  const { userId, tenantId, createdAt, methods, userAgent } = session;
  const flags =
    levels.indexOf(session.assuranceLevel) +
    (session.persistent ? persistentBit : 0) +
    (userId === null ? guestBit : 0) +
    (tenantId === null ? 0 : tenantBit);
  const lines = [
    escapeText(userId ?? ""),
    escapeText(tenantId ?? ""),
    // Mostly they are as old as the session, so the difference is short.
    JSON.stringify(methods.map((one) => [one.method, one.authenticatedAt - createdAt])),
    userAgent === null ? "" : JSON.stringify(userAgent),
    JSON.stringify(session.claims),
  ];
  return (
    packSecretHash(session.secretHash) +
    packMark(session.mark) +
    packTime(session.lastSeenAt) +
    packTime(session.purgeAt) +
    packTime(createdAt) +
    String.fromCharCode(flagsBase + flags) +
    lines.join("\n")
  );
}

export function unpackSession(id: string, text: string): SessionRecord {
  const flags = text.charCodeAt(flagsAt) - flagsBase;
  const [user = "", tenant = "", methods = "[]", userAgent = "", claims = "{}"] = text
    .slice(linesStart)
    .split("\n");
  const createdAt = unpackTime(text, createdStart);
  return {
    id,
    secretHash: new Uint8Array(Buffer.from(text.slice(0, 43), "base64url")) as SecretHash,
    userId: (flags & guestBit) === 0 ? unescapeText(user) : null,
    tenantId: (flags & tenantBit) === 0 ? null : unescapeText(tenant),
    mark: markOf(text),
    createdAt,
    lastSeenAt: unpackTime(text, lastSeenStart),
    purgeAt: unpackTime(text, purgeStart),
    methods: (JSON.parse(methods) as [string, number][]).map(([method, after]) => ({
      method,
      authenticatedAt: createdAt + after,
    })),
    assuranceLevel: levels[flags & 3] ?? "aal1",
    persistent: (flags & persistentBit) !== 0,
    userAgent: userAgent === "" ? null : (JSON.parse(userAgent) as string),
    claims: JSON.parse(claims) as JsonObject,
  };
}

export function packSecretHash(hash: SecretHash): string {
  return Buffer.from(hash).toString("base64url");
}

/** The mark of a packed session. */
export function markOf(text: string): number {
  return Number(text.slice(43, lastSeenStart));
}

/** A time as it stands in a packed session. */
export function packTime(time: number): string {
  return whole(time).toString(36).padStart(timeLength, "0");
}

function unpackTime(text: string, start: number): number {
  return Number.parseInt(text.slice(start, start + timeLength), 36);
}

function packMark(mark: number): string {
  return String(whole(mark)).padStart(16, "0");
}

/** Anything else would move what stands behind it. */
function whole(number: number): number {
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new TypeError(`redisStore: expected a whole number from 0 to 2^53 - 1; got ${number}`);
}
