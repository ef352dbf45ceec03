import { Buffer } from "node:buffer";
import { AuthError } from "../core/errors.ts";
import { isIdentifier } from "../core/identifiers.ts";
import { equalBytes, sha256 } from "../util/bytes.ts";
import { refuseUnknownKeys } from "../util/known-keys.ts";

/** A service that may ask us about what we issued. Several entries with one id: the secret is being replaced. */
export interface ResourceServerEntry {
  readonly id: string;
  /** At least 32 unpredictable characters. */
  readonly secret: string;
}

/** A service that has shown who it is. */
export interface ResourceServer {
  readonly id: string;
}

/** An entry as it is kept: without the secret. */
export interface KnownResourceServer extends ResourceServer {
  readonly idHash: Uint8Array;
  readonly secretHash: Uint8Array;
}

const minSecretLength = 32;
const minDistinctCharacters = 10;
/** Far more than an id of 255 characters and a secret take, form-encoded. */
const maxFieldLength = 4_096;

/** @throws TypeError for an id that is none, or a secret that is short or can be guessed; the message never repeats it */
export function resolveResourceServers(
  entries: readonly ResourceServerEntry[] = [],
): readonly KnownResourceServer[] {
  if (!Array.isArray(entries)) throw new TypeError("resourceServers must be an array");
  return Object.freeze(entries.map(known));
}

function known(entry: ResourceServerEntry): KnownResourceServer {
  refuseUnknownKeys(entry, ["id", "secret"], "resourceServers");
  const { id, secret } = entry;
  if (!isIdentifier(id)) {
    throw new TypeError("resourceServers: each needs an id of 1 to 255 characters");
  }
  if (
    typeof secret !== "string" ||
    secret.length < minSecretLength ||
    new Set(secret).size < minDistinctCharacters
  ) {
    throw new TypeError(
      `resourceServers: the secret of ${JSON.stringify(id)} must be at least ${minSecretLength} unpredictable characters. Make one with \`node -p "crypto.randomBytes(32).toString('base64url')"\`.`,
    );
  }
  return Object.freeze({ id, idHash: sha256(id), secretHash: sha256(secret) });
}

/**
 * The service that an `Authorization` field names and proves to be, by HTTP Basic as RFC 6749, section 2.3.1, has it. Nothing
 * else of the request counts. It takes the same work whatever the id and the secret are, and a secret of 32 characters is not
 * guessed, so attempts are not counted.
 * @throws AuthError `invalid_client`
 */
export function authenticateResourceServer(
  servers: readonly KnownResourceServer[],
  authorization: string | null,
): ResourceServer {
  const { id, secret } = presented(authorization);
  const [idHash, secretHash] = [sha256(id), sha256(secret)];
  let found: ResourceServer | null = null;
  for (const server of servers) {
    const isRightId = equalBytes(server.idHash, idHash);
    const isRightSecret = equalBytes(server.secretHash, secretHash);
    if (isRightId && isRightSecret) found = server;
  }
  if (found === null) {
    throw new AuthError("invalid_client", {
      headers: { "www-authenticate": 'Basic realm="resource servers", charset="UTF-8"' },
    });
  }
  return { id: found.id };
}

/** What the field says; empty where it says nothing that could be read, which is nobody's id. */
function presented(authorization: string | null): { readonly id: string; readonly secret: string } {
  const nobody = { id: "", secret: "" };
  if (authorization === null || authorization.length > maxFieldLength) return nobody;
  const encoded = /^basic +([\w+/-]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return nobody;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon === -1) return nobody;
  const id = formDecode(pair.slice(0, colon));
  const secret = formDecode(pair.slice(colon + 1));
  return id === null || secret === null ? nobody : { id, secret };
}

/** `application/x-www-form-urlencoded`; null for what is not. */
function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
