import type { ErrorCode, FieldError } from "../core/errors.ts";
import type { ServiceLimits } from "../core/revocation/service-syncs.ts";
import type { SyncAnswer } from "../core/revocation/revocation-store.ts";
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

/** What a service is told of a token that is good (RFC 7662, section 2.2), beside the application's claims. Times in seconds. */
export interface IntrospectionBody {
  readonly active: true;
  readonly token_type: "Bearer";
  readonly sub: string;
  readonly sid: string;
  readonly tenant_id?: string;
  /** These three of access tokens only. */
  readonly iss?: string | undefined;
  readonly aud?: readonly string[] | undefined;
  readonly client_id?: string | undefined;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time: number;
  readonly acr: AssuranceLevel;
  readonly amr: readonly string[];
}

/** What a service that follows the revocation log may ask for. */
export type RevocationLimitsBody = ServiceLimits;

/** What a sync of such a service is answered: times in milliseconds since the epoch. */
export interface RevocationSyncBody extends SyncAnswer {
  /** How many logs there are: a service that follows fewer would miss revocations. */
  readonly partitions: number;
}
