/** The stable name of what went wrong; applications and clients decide by it, never by a sentence. */
export type ErrorCode =
  | "malformed_request"
  | "duplicate_cookie"
  | "unauthenticated"
  | "invalid_credentials"
  | "invalid_client"
  | "session_expired"
  | "session_revoked"
  | "invalid_token"
  | "token_expired"
  | "token_outdated"
  | "refresh_token_reused"
  | "step_up_required"
  | "forbidden"
  | "cross_site_request"
  | "not_found"
  | "method_not_allowed"
  | "email_taken"
  | "user_id_taken"
  | "sign_in_superseded"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_input"
  | "weak_password"
  | "too_many_requests"
  | "internal_error"
  | "outcome_unknown"
  | "store_unavailable";

/**
 * Every way in which Symbolon says no: the HTTP status and the sentence that a stranger may read.
 */
export const errorTable: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  malformed_request: [400, "The request could not be understood."],
  duplicate_cookie: [400, "The request carries two different session cookies. Sign in again."],
  unauthenticated: [401, "Sign in to continue."],
  invalid_credentials: [401, "The email address or the password is not right."],
  invalid_client: [401, "The id or the secret of the service is not right."],
  session_expired: [401, "The session has expired. Sign in again."],
  session_revoked: [401, "The session has ended. Sign in again."],
  invalid_token: [401, "The token is not good. Sign in again."],
  token_expired: [
    401,
    "The access token has expired. Get a new one with the refresh token, or sign in again.",
  ],
  token_outdated: [
    401,
    "What the access token says has changed. Get a new one with the refresh token, or sign in again.",
  ],
  refresh_token_reused: [
    401,
    "The session was ended, because its refresh token was used by two clients. Sign in again.",
  ],
  step_up_required: [401, "Sign in again to continue."],
  forbidden: [403, "This is not allowed."],
  cross_site_request: [403, "The request came from another site and was refused."],
  not_found: [404, "There is nothing here."],
  method_not_allowed: [405, "This method is not allowed here."],
  email_taken: [409, "There is an account with this email address."],
  user_id_taken: [409, "There is a user with this id."],
  sign_in_superseded: [
    409,
    "This user's sessions were ended or changed while this sign-in was under way. Try again.",
  ],
  body_too_large: [413, "The request is too large."],
  unsupported_media_type: [415, "Send the request as application/json."],
  invalid_input: [422, "Some fields need another look."],
  weak_password: [422, "Choose another password."],
  too_many_requests: [429, "Too many attempts. Wait a little and try again."],
  internal_error: [500, "Something went wrong here."],
  outcome_unknown: [503, "It is not certain whether this was done. It may be repeated."],
  store_unavailable: [503, "The service cannot answer right now. Try again shortly."],
};

/** One field of the input that needs another look. */
export interface FieldError {
  /** The field's name in the request body. */
  readonly field: string;
  /** A sentence to show beside it. */
  readonly detail: string;
}

export interface AuthErrorDetails {
  /** A sentence for the person who reads the answer, more specific than the title. Must not hold a secret. */
  readonly detail?: string;
  readonly fields?: readonly FieldError[];
  /** When trying again makes sense: seconds from now. */
  readonly retryAfterSeconds?: number;
  /** Further response headers, such as a challenge. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The inside story, for logs; it never reaches the wire. */
  readonly cause?: unknown;
}

/**
 * The one error that Symbolon throws at run time. Wrong use by the programmer is a `TypeError` instead.
 * `status` lets Express and others answer with the right status by themselves.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, details: AuthErrorDetails = {}) {
    super(errorTable[code][1], details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = errorTable[code][0];
    this.detail = details.detail;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.headers = details.headers ?? {};
  }
}

/** Any thrown value as an error that may be answered; what is not an `AuthError` becomes its cause. */
export function asAuthError(error: unknown): AuthError {
  return error instanceof AuthError ? error : new AuthError("internal_error", { cause: error });
}
