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
  readonly sessionToken: string;
  readonly tokenType: "Bearer";
  /** Seconds until the session expires if it is not used. */
  readonly expiresIn: number;
}
