import { Buffer } from "node:buffer";
import type { AssuranceLevel, AuthenticationMethod } from "../../core/sessions/authentication.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { JsonObject } from "../../util/json.ts";
import { escapeText, unescapeText } from "./keys.ts";

/*
 * A session is one text: what scripts read or change stands in front at fixed places, the rest is lines.
 *
 *   0 secret hash (43, base64url) | 43 mark | 52 lastSeenAt | 61 purgeAt | 70 createdAt (9 digits of base 64 each) | 79 flags |
 *   80 lineage (80, only where the flags say so) |
 *   user \n tenant \n (only where the flags say so) methods, user agent \n claims
 *
 * Redis keeps it in the next of 112, 128, 160, 192 bytes, less four of its own, so each byte may cost 32. A hash would cost 30
 * to 150 bytes more, and one field above 64 bytes 800 more. Bytes instead of characters would be shorter, but clients answer text.
 */
const hashLength = 43;
const numberLength = 9;
const markStart = hashLength;
const lastSeenStart = markStart + numberLength;
const purgeStart = lastSeenStart + numberLength;
const createdStart = purgeStart + numberLength;
const flagsAt = createdStart + numberLength;
const lineageStart = flagsAt + 1;
const lineageLength = 80;

const levels: readonly AssuranceLevel[] = ["aal1", "aal2", "aal3"];
const persistentBit = 4;
const guestBit = 8;
const tenantBit = 16;
const lineageBit = 32;
/** Makes a printable character of the flags. */
const flagsBase = 64;
/** The first of 64 characters that follow each other, so that a digit is its code less this. */
const zero = 48;

export function packSession(session: SessionRecord): string {
  const { userId, tenantId, createdAt, methods, userAgent, lineage } = session;
  const flags =
    levels.indexOf(session.assuranceLevel) +
    (session.persistent ? persistentBit : 0) +
    (userId === null ? guestBit : 0) +
    (tenantId === null ? 0 : tenantBit) +
    (lineage === null ? 0 : lineageBit);
  const lines = [
    escapeText(userId ?? ""),
    ...(tenantId === null ? [] : [escapeText(tenantId)]),
    packMethods(methods, createdAt) + (userAgent === null ? "" : JSON.stringify(userAgent)),
    packClaims(session.claims),
  ];
  return (
    packSecretHash(session.secretHash) +
    packNumber(session.mark) +
    packNumber(session.lastSeenAt) +
    packNumber(session.purgeAt) +
    packNumber(createdAt) +
    String.fromCharCode(flagsBase + flags) +
    (lineage === null ? "" : packLineage(lineage)) +
    lines.join("\n")
  );
}

export function unpackSession(id: string, text: string): SessionRecord {
  const flags = text.charCodeAt(flagsAt) - flagsBase;
  const hasLineage = (flags & lineageBit) !== 0;
  const linesStart = hasLineage ? lineageStart + lineageLength : lineageStart;
  const lines = text.slice(linesStart).split("\n");
  const [user = ""] = lines;
  const tenant = (flags & tenantBit) === 0 ? null : unescapeText(lines[1] ?? "");
  const [device = "", claims = ""] = lines.slice(-2);
  const userAgentStart = device.lastIndexOf("\t") + 1;
  const createdAt = unpackNumber(text, createdStart);
  return {
    id,
    secretHash: new Uint8Array(Buffer.from(text.slice(0, hashLength), "base64url")) as SecretHash,
    userId: (flags & guestBit) === 0 ? unescapeText(user) : null,
    tenantId: tenant,
    mark: markOf(text),
    createdAt,
    lastSeenAt: unpackNumber(text, lastSeenStart),
    purgeAt: unpackNumber(text, purgeStart),
    methods: unpackMethods(device.slice(0, userAgentStart), createdAt),
    assuranceLevel: levels[flags & 3] ?? "aal1",
    persistent: (flags & persistentBit) !== 0,
    userAgent:
      userAgentStart === device.length
        ? null
        : (JSON.parse(device.slice(userAgentStart)) as string),
    claims: JSON.parse(`{${claims}}`) as JsonObject,
    lineage: hasLineage ? text.slice(lineageStart, linesStart) : null,
  };
}

export function packSecretHash(hash: SecretHash): string {
  return Buffer.from(hash).toString("base64url");
}

/** The last line of a packed session: the members without their braces. */
export function packClaims(claims: JsonObject): string {
  return JSON.stringify(claims).slice(1, -1);
}

/**
 * A lineage as it stands in a packed session.
 * @throws TypeError for anything else than 80 characters of base64url, which would move what stands behind it.
 */
export function packLineage(lineage: string): string {
  if (/^[\w-]{80}$/.test(lineage)) return lineage;
  throw new TypeError("redisStore: a lineage has 80 characters of base64url");
}

/** The mark of a packed session. */
export function markOf(text: string): number {
  return unpackNumber(text, markStart);
}

/**
 * A mark or a time as it stands in a packed session.
 * @throws TypeError for anything else than a whole number, which would move what stands behind it.
 */
export function packNumber(number: number): string {
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new TypeError(`redisStore: expected a whole number from 0 to 2^53 - 1; got ${number}`);
  }
  let digits = "";
  for (let rest = number; digits.length < numberLength; rest = Math.floor(rest / 64)) {
    digits = String.fromCharCode(zero + (rest % 64)) + digits;
  }
  return digits;
}

function unpackNumber(text: string, start: number): number {
  let number = 0;
  for (let at = start; at < start + numberLength; at += 1) {
    number = number * 64 + (text.charCodeAt(at) - zero);
  }
  return number;
}

/** Each ends with a tab. Mostly they are as old as the session, and then say no more than their name. */
function packMethods(methods: readonly AuthenticationMethod[], createdAt: number): string {
  return methods
    .map(({ method, authenticatedAt }) => {
      const after = authenticatedAt - createdAt;
      return `${escapeText(method)}${after === 0 ? "" : ` ${after}`}\t`;
    })
    .join("");
}

function unpackMethods(packed: string, createdAt: number): AuthenticationMethod[] {
  return packed
    .split("\t")
    .slice(0, -1)
    .map((one) => {
      const [method = "", after = "0"] = one.split(" ");
      return { method: unescapeText(method), authenticatedAt: createdAt + Number(after) };
    });
}
