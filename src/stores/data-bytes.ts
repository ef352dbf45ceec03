import { Buffer } from "node:buffer";

/** What a key and its value take together, in UTF-8 bytes. */
export function dataBytes(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}
