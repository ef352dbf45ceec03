import { cookieValues } from "../../http/cookies.ts";
import type { SessionRequest } from "./ports.ts";
import type { Signer } from "./signature.ts";
import { warnOnce } from "./warnings.ts";

const signedMark = "s:";

/** What the cookie of a session holds. */
export function cookieValueOf(id: string, signer: Signer): string {
  return signedMark + signer.sign(id);
}

/**
 * The id that the request's cookie names, if we signed it. Of several cookies with the name the first counts. What a cookie
 * parser has read before is looked at too, for applications that take the header away.
 */
export function readSessionId(
  request: SessionRequest,
  name: string,
  signer: Signer,
): string | undefined {
  const [raw] = cookieValues(request.headers.cookie, name);
  const id = raw === undefined ? undefined : idIn(decoded(raw), signer);
  return id ?? parsedSessionId(request, name, signer);
}

function parsedSessionId(
  request: SessionRequest,
  name: string,
  signer: Signer,
): string | undefined {
  const signed = request.signedCookies?.[name];
  const plain = signed ? undefined : request.cookies?.[name];
  const id = signed || (plain ? idIn(plain, signer) : undefined);
  if (id !== undefined) warnOnce("cookie should be available in req.headers.cookie");
  return id;
}

function idIn(value: string, signer: Signer): string | undefined {
  if (!value.startsWith(signedMark)) return undefined;
  return signer.unsign(value.slice(signedMark.length)) || undefined;
}

function decoded(raw: string): string {
  const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    // No encoding of ours; its signature decides.
    return value;
  }
}
