import type { ServiceLimits } from "../core/revocation/service-syncs.ts";
import type { SyncAnswer } from "../core/revocation/revocation-store.ts";
import type { AssuranceLevel } from "../core/sessions/authentication.ts";

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
