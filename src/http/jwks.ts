import { createHash } from "node:crypto";
import type { Engine } from "../core/engine.ts";
import { asAuthError, AuthError } from "../core/errors.ts";
import { jwksMaxAgeMs } from "../core/keys/key-ring.ts";
import { problemResponse } from "./problem.ts";

/** Where the public keys are, beside `basePath`: below the issuer, where everybody looks for them. */
export const jwksRoute = { method: "GET", path: "/.well-known/jwks.json" } as const;

const allow = "GET, HEAD, OPTIONS";

/**
 * Answers with the public keys (RFC 7517, section 5). They are for everybody: no credential is looked at and no cookie set, any
 * page may read them, and any cache keep them. It never throws.
 */
export async function answerJwks(
  engine: Pick<Engine, "keys" | "events">,
  request: Request,
): Promise<Response> {
  const response = await answer(engine, request);
  response.headers.set("access-control-allow-origin", "*");
  return response;
}

async function answer(
  { keys, events }: Pick<Engine, "keys" | "events">,
  { method, headers }: Request,
): Promise<Response> {
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  if (method !== "GET" && method !== "HEAD") {
    return problemResponse(new AuthError("method_not_allowed", { headers: { allow } }));
  }
  try {
    const body = JSON.stringify({ keys: await keys.published() });
    const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
    const common = { "cache-control": `public, max-age=${jwksMaxAgeMs / 1000}`, etag };
    if (isKnown(headers.get("if-none-match"), etag)) {
      return new Response(null, { status: 304, headers: common });
    }
    return new Response(method === "HEAD" ? null : body, {
      headers: { "content-type": "application/jwk-set+json", ...common },
    });
  } catch (error) {
    if (!(error instanceof AuthError)) events.emit("error", { error });
    return problemResponse(asAuthError(error));
  }
}

/** Whether the client has what this tag stands for (RFC 9110, section 13.1.2). */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
