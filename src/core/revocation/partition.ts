import { decodeBase64url, encodeBase64url } from "../../util/base64url.ts";
import { sha256 } from "../../util/bytes.ts";

/** At most this many, because a session id has room for so much. A power of two. */
export const maxPartitions = 256;

const idLength = 16;

/** The partition of a user: the same in every process, for ever. */
export function partitionOfUser(userId: string, partitions: number): number {
  return partitions === 1 ? 0 : (sha256(userId)[0] ?? 0) % partitions;
}

/** The partition of a session: it stands in the id's first byte, so that it is known before anything is read. */
export function partitionOfSession(sessionId: string, partitions: number): number {
  return partitions === 1 ? 0 : (decodeBase64url(sessionId, idLength)?.[0] ?? 0) % partitions;
}

/**
 * A new public session id in a partition: 16 random bytes, of which the first is put into the partition (120 random bits
 * with the most partitions, 128 with one).
 */
export function newSessionId(
  partition: number,
  partitions: number,
  randomBytes: (length: number) => Uint8Array,
): string {
  const bytes = Uint8Array.from(randomBytes(idLength));
  const first = bytes[0] ?? 0;
  bytes[0] = first - (first % partitions) + partition;
  return encodeBase64url(bytes);
}
