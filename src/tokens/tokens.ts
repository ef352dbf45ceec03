/** `symbolon/tokens`: verifies access tokens in another service, or at the edge. */
export type { AlgorithmName } from "../core/access-tokens/algorithms.ts";
export type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";
export type { RefusalReason } from "../core/access-tokens/verdict.ts";
export type { Clock } from "../util/clock.ts";
export type { Duration } from "../util/duration.ts";
export type { JsonObject, JsonValue } from "../util/json.ts";
export type { RequestHeaders } from "./bearer-token.ts";
export type { Fetch } from "./exchange.ts";
export { followRevocations, type FollowRevocationsOptions } from "./follow-revocations.ts";
export type { JwkSet, TokenVerifierOptions } from "./options.ts";
export type { RevocationFeed, RevocationVerdict } from "./revocation-feed.ts";
export { storeRevocations, type StoreRevocationsOptions } from "./store-revocations.ts";
export { TokenError, type TokenErrorCode } from "./token-error.ts";
export type { TokenGuardOptions, VerifiedToken } from "./token-guard.ts";
export { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";
