import type { ErrorCode, FieldError } from "../core/errors.ts";
import type { AssuranceLevel } from "../core/sessions/authentication.ts";
import type { Device } from "./device-name.ts";

/** A problem document (RFC 9457). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  /** Which fields of the input need another look. */
  readonly errors?: readonly FieldError[];
}

/** A user as the routes show it. Times are ISO 8601. */
export interface UserBody {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly emailVerified: boolean;
  readonly createdAt: string;
}

/** A session as the routes show it. Times are ISO 8601. */
export interface SessionBody {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly methods: readonly string[];
  readonly assuranceLevel: AssuranceLevel;
  readonly device: Device & { readonly userAgent: string | null };
}

/** One row of the session list. */
export interface ListedSessionBody extends SessionBody {
  /** Whether it is the session that asks. */
  readonly current: boolean;
}

/** What a client without cookies gets, and only when it asks for delivery in the body. */
export interface TokensBody {
  /** With the strategy `session`. */
  readonly sessionToken?: string;
  /** With `hybrid` and `jwt`. */
  readonly accessToken?: string;
  /** With `hybrid`: to be kept in the place of the one before. Absent when the one before is to be kept. */
  readonly refreshToken?: string;
  readonly tokenType: "Bearer";
  /** Seconds until the access token expires, or the session if it is not used. */
  readonly expiresIn: number;
}

/** What `POST /register` and `POST /sign-in` answer. */
export interface SignedInBody {
  readonly user: UserBody;
  readonly session: SessionBody;
  /** With `delivery: "body"` only. */
  readonly tokens?: TokensBody;
}

/** What `GET /session` answers. */
export interface CurrentSessionBody {
  /** Absent without accounts; null for a user of the application's own. */
  readonly user?: UserBody | null;
  readonly session: SessionBody;
}

/** What `POST /refresh` answers. */
export interface RefreshedBody {
  readonly session: SessionBody | null;
  /** Where the refresh token came in the body. */
  readonly tokens?: TokensBody;
}

/** What `GET /sessions` answers: most recently seen first. */
export interface SessionListBody {
  readonly sessions: readonly ListedSessionBody[];
}

/** What `DELETE /sessions` answers: how many ended. */
export interface RevokedOthersBody {
  readonly revoked: number;
}

/** What `POST /password` answers a client without cookies. */
export interface PasswordChangedBody {
  readonly tokens: TokensBody;
}

/** What `GET /csrf` answers. */
export interface CsrfBody {
  readonly token: string;
}
