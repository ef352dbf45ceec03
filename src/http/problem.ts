import type { AuthError } from "../core/errors.ts";
import type { ProblemDocument } from "./wire.ts";

/** An answer that says no, in whatever form the framework sends it. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text of a problem document (RFC 9457). */
  readonly body: string;
}

/** The answer for an error. It tells the code and the public sentence, never the cause. */
export function problemAnswer(error: AuthError): ProblemAnswer {
  const document: ProblemDocument = {
    type: `urn:symbolon:error:${error.code}`,
    title: error.message,
    status: error.status,
    code: error.code,
    detail: error.detail ?? error.message,
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
  return {
    status: error.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      // A 401 must name a way to authenticate (RFC 9110, section 15.5.2).
      ...(error.status === 401 && { "www-authenticate": "Bearer" }),
      ...(error.retryAfterSeconds !== undefined && {
        "retry-after": String(error.retryAfterSeconds),
      }),
      ...error.headers,
    },
    body: JSON.stringify(document),
  };
}

/** The same as a fetch response. */
export function problemResponse(error: AuthError): Response {
  const { status, headers, body } = problemAnswer(error);
  return new Response(body, { status, headers });
}
