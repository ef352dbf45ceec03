import { Buffer } from "node:buffer";
import { decodeBase64url, encodeBase64url } from "../../util/base64url.ts";
import type { Lineage } from "./lineage.ts";
import type { RefreshHash } from "./refresh-token.ts";

/*
 * A lineage as stores keep it, 60 bytes in base64url: version (1) ‖ flags (1) ‖ generation (4) ‖ promotedAt (6) ‖ current (16) ‖
 * previous (16) ‖ displaced (16). One lineage has one text, so a store compares texts.
 */
const version = 1;
const recoveredBit = 1;
const previousBit = 2;
const displacedBit = 4;
const hashLength = 16;
const currentStart = 12;
const previousStart = currentStart + hashLength;
const displacedStart = previousStart + hashLength;
const byteLength = displacedStart + hashLength;

export function lineageText(lineage: Lineage): string {
  const { current, previous, displaced, generation, promotedAt, recovered } = lineage;
  const bytes = Buffer.alloc(byteLength);
  bytes[0] = version;
  bytes[1] =
    (recovered ? recoveredBit : 0) |
    (previous === null ? 0 : previousBit) |
    (displaced === null ? 0 : displacedBit);
  bytes.writeUInt32BE(generation, 2);
  bytes.writeUIntBE(promotedAt, 6, 6);
  bytes.set(current, currentStart);
  if (previous !== null) bytes.set(previous, previousStart);
  if (displaced !== null) bytes.set(displaced, displacedStart);
  return encodeBase64url(bytes);
}

/** @throws Error for a text that this release has not written */
export function parseLineage(text: string): Lineage {
  const bytes = decodeBase64url(text, byteLength);
  if (bytes === null || bytes[0] !== version) {
    throw new Error("The store holds a lineage of refresh tokens that another release has written");
  }
  const flags = bytes[1] ?? 0;
  const hashAt = (start: number): RefreshHash =>
    new Uint8Array(bytes.subarray(start, start + hashLength)) as RefreshHash;
  return {
    current: hashAt(currentStart),
    previous: (flags & previousBit) === 0 ? null : hashAt(previousStart),
    displaced: (flags & displacedBit) === 0 ? null : hashAt(displacedStart),
    generation: bytes.readUInt32BE(2),
    promotedAt: bytes.readUIntBE(6, 6),
    recovered: (flags & recoveredBit) !== 0,
  };
}
