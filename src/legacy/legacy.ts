/** `symbolon/legacy`: sessions of other libraries, for `createAuth({ legacy: [...] })`. */
export type { HeaderSource } from "../http/headers.ts";
export type {
  LegacyCookie,
  LegacyFault,
  LegacyLogin,
  LegacyRequest,
  LegacySource,
} from "../http/legacy-source.ts";
export {
  legacyAuthJs,
  type AuthJsAdapter,
  type AuthJsSession,
  type LegacyAuthJsOptions,
} from "./auth-js.ts";
export {
  legacyBetterAuth,
  type BetterAuthInstance,
  type BetterAuthSession,
  type LegacyBetterAuthOptions,
} from "./better-auth.ts";
export {
  legacyExpressSession,
  type ExpressSessionStore,
  type LegacyExpressSessionOptions,
  type StoredExpressSession,
} from "./express-session.ts";
