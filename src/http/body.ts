import { AuthError } from "../core/errors.ts";

/** More than any of our routes needs, and little enough to read before anything else is known. */
const maxBodyBytes = 65_536;

/**
 * Reads the JSON object in a request body.
 * @throws AuthError `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readJsonObject(request: Request): Promise<object> {
  const bytes = await readLimited(request);
  // A form or plain text could be sent by any site's page without asking first (CORS), so only JSON is read.
  if (!isOfType(request.headers.get("content-type"), "application/json")) {
    if (bytes.byteLength === 0 && request.headers.get("content-type") === null) return {};
    throw new AuthError("unsupported_media_type");
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Without the cause: its message quotes the body, which may hold a password.
    throw new AuthError("malformed_request", { detail: "The body is not valid JSON." });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AuthError("malformed_request", { detail: "The body must be a JSON object." });
  }
  return value;
}

/**
 * Reads the fields of a form, as OAuth has its requests.
 * @throws AuthError `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readFormFields(request: Request): Promise<URLSearchParams> {
  const bytes = await readLimited(request);
  if (!isOfType(request.headers.get("content-type"), "application/x-www-form-urlencoded")) {
    throw new AuthError("unsupported_media_type", {
      detail: "Send the request as application/x-www-form-urlencoded.",
    });
  }
  return new URLSearchParams(new TextDecoder().decode(bytes));
}

function isOfType(contentType: string | null, type: string): boolean {
  return contentType?.split(";")[0]?.trim().toLowerCase() === type;
}

async function readLimited(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) {
    throw new AuthError("body_too_large");
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength;
      if (length > maxBodyBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new AuthError("malformed_request", { cause, detail: "The body did not arrive whole." });
  }
  if (length > maxBodyBytes) throw new AuthError("body_too_large");
  return Buffer.concat(chunks);
}
