export {
  createAuth,
  type Auth,
  type AuthOptions,
  type Register,
  type WithCookies,
} from "./auth.ts";
export type { AlgorithmName } from "./core/access-tokens/algorithms.ts";
export type { ExternalSigner } from "./core/access-tokens/external-signer.ts";
export type { VerificationJwk } from "./core/access-tokens/jwk.ts";
export type { AccessTokensOptions } from "./core/access-tokens/options.ts";
export { combineStores } from "./core/combine-stores.ts";
export {
  AuthError,
  type AuthErrorDetails,
  type ErrorCode,
  type FieldError,
} from "./core/errors.ts";
export type { AuthEventListener, AuthEventName, AuthEvents } from "./core/events.ts";
export type { Gauges } from "./core/gauges.ts";
export type { Clock, PasswordHasher, RandomSource, Store, StoreTraits } from "./core/ports.ts";
export { argon2Hasher, type Argon2Options } from "./core/passwords/argon2-hasher.ts";
export type { KeyDirectory, KeyView } from "./core/keys/key-directory.ts";
export type { KeyStore } from "./core/keys/key-store.ts";
export type { CredentialStore, PasswordHash } from "./core/passwords/credential-store.ts";
export type { RevocationStore, Seq } from "./core/revocation/revocation-store.ts";
export type { AttemptStore } from "./core/throttling/attempt-store.ts";
export type { Accounts } from "./core/users/accounts.ts";
export type { AccountsOptions } from "./core/users/options.ts";
export type { UserRecord, UserStore } from "./core/users/user-store.ts";
export type { AssuranceLevel } from "./core/sessions/authentication.ts";
export type { BindOptions, CloseReason } from "./core/sessions/bindings.ts";
export type { StandardSchema } from "./core/sessions/data-schemas.ts";
export type { Carrier, Principal, SessionView } from "./core/sessions/principal.ts";
export type { SessionRecord, SessionStore } from "./core/sessions/session-store.ts";
export type { SessionData } from "./core/sessions/session-data.ts";
export type {
  RevokeAllTarget,
  Revoked,
  SessionDirectory,
} from "./core/sessions/session-directory.ts";
export { presets, type Presets } from "./presets.ts";
export { createGuard, type Guard, type GuardOptions } from "./http/guard.ts";
export type { Peer } from "./http/handler.ts";
export type { AuthStatus, RequestAuth } from "./http/request-auth.ts";
export type {
  LegacyCookie,
  LegacyLogin,
  LegacyRequest,
  LegacySource,
} from "./http/legacy-source.ts";
export type { SignInInput, SignInResult } from "./http/sign-in.ts";
export type { RequestHead } from "./http/headers.ts";
export type { SessionBody, TokensBody, UserBody } from "./http/wire.ts";
export type { JsonObject, JsonValue } from "./util/json.ts";
export type { Duration } from "./util/duration.ts";
