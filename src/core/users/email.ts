import { Buffer } from "node:buffer";

/** An email address in the two forms in which it is kept. */
export interface NormalizedEmail {
  /** As it was typed, without the blanks around it. */
  readonly email: string;
  /** The form by which addresses are compared: NFC, lower case. */
  readonly emailKey: string;
}

/**
 * Both forms of an email address, or null when it cannot be one that receives mail: one `@`, a local part of
 * at most 64 bytes, a domain of at least two labels, at most 254 bytes in all (RFC 5321, section 4.5.3.1; its
 * quoted local parts and address literals are not taken). International addresses are (RFC 6531).
 */
export function normalizeEmail(input: string): NormalizedEmail | null {
  // Whoever sends megabytes does not get them scanned by patterns.
  if (input.length > 1_000) return null;
  const email = input.trim();
  const [local = "", domain = "", ...rest] = email.split("@");
  if (rest.length > 0 || !isLocalPart(local) || !isDomain(domain)) return null;
  if (Buffer.byteLength(email) > 254) return null;
  return { email, emailKey: email.normalize("NFC").toLowerCase().normalize("NFC") };
}

function isLocalPart(local: string): boolean {
  // These separate addresses in a mail header: with one inside, a message could go to two mailboxes.
  const unsafe = /[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}()<>[\]:;,\\"]/u;
  return local !== "" && Buffer.byteLength(local) <= 64 && !unsafe.test(local);
}

function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  return (
    labels.length >= 2 &&
    labels.every(
      (label) =>
        /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label) &&
        Buffer.byteLength(label) <= 63,
    )
  );
}
