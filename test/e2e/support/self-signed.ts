import { generateKeyPairSync, sign } from "node:crypto";

/** A private key and a certificate for it, both PEM, that nobody but a browser told to ignore such errors trusts. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

// ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758, section 3.2)
const ecdsaWithSha256 = Buffer.from("06082a8648ce3d040302", "hex");
// id-at-commonName, 2.5.4.3
const commonName = Buffer.from("0603550403", "hex");

/** Makes a certificate for a day (X.509 v1: RFC 5280, section 4.1). `node:crypto` makes keys and signatures only. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(ecdsaWithSha256);
  const name = sequence(
    der(0x31, sequence(commonName, der(0x0c, Buffer.from("Symbolon's tests")))),
  );
  const now = Date.now();
  const toBeSigned = sequence(
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(utcTime(now - 3_600_000), utcTime(now + 86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const bits = der(0x03, Buffer.concat([Buffer.from([0]), signature]));
  const certificate = sequence(toBeSigned, algorithm, bits).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** Tag, length, value (X.690, section 8.1). */
function der(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), value]);
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\..*/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
}
