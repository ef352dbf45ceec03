import type { Store } from "../../../src/core/ports.ts";
import type { Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import { lineageText } from "../../../src/core/refresh-tokens/lineage-text.ts";
import {
  issueRefreshToken,
  type IssuedRefreshToken,
  type RefreshHash,
  type RefreshKey,
} from "../../../src/core/refresh-tokens/refresh-token.ts";
import type { SecretHash } from "../../../src/core/sessions/session-token.ts";
import { key } from "./engine-process.ts";

export const sessionId: string = Buffer.alloc(16, 5).toString("base64url");

/** A real token of the one session; another key makes it unauthentic. */
export function mint(
  facts: {
    readonly generation: number;
    readonly parent: RefreshHash | null;
    readonly issuedAt: number;
    readonly number: number;
  },
  by: RefreshKey = key,
): IssuedRefreshToken {
  const random = (length: number): Uint8Array => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt32BE(facts.number);
    return bytes;
  };
  return issueRefreshToken({ ...facts, sessionId, key: by, random });
}

/** Keeps the one session, whose tokens have come so far. */
export async function keepSession(
  store: Pick<Store, "sessions">,
  lineage: Lineage,
  now: number,
): Promise<void> {
  const record = {
    id: sessionId,
    secretHash: new Uint8Array(32) as SecretHash,
    userId: "user-1",
    tenantId: null,
    mark: 0,
    createdAt: now,
    lastSeenAt: now,
    purgeAt: now + 1e12,
    methods: [],
    assuranceLevel: "aal1",
    persistent: false,
    userAgent: null,
    claims: {},
    lineage: lineageText(lineage),
  } as const;
  const stamp = { entryId: "first", now, keepForMs: 3_600_000 };
  const { outcome } = await store.sessions.insert(record, null, stamp);
  if (outcome !== "inserted") throw new Error(`the session was not kept: ${outcome}`);
}
