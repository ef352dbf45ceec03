import { Buffer } from "node:buffer";

/** Bytes of base64 in the one spelling that the encoder has, with or without its padding; null for any other. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  const spelling = bytes.toString("base64");
  return text === spelling || text === spelling.replace(/=+$/, "") ? bytes : null;
}

/** The whole number, if it is one from 1 to `most`, written as usual; else null. */
export function numberUpTo(most: number, text: string | undefined): number | null {
  if (text === undefined || !/^[1-9]\d{0,9}$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}
