import type { AuthOptions } from "./auth.ts";
import { deepFreeze } from "./util/deep-freeze.ts";

/** Options that a preset has settled. */
type Settled<Name extends keyof AuthOptions> = Required<Pick<AuthOptions, Name>>;

/** Options that go well together, for three kinds of applications. */
export interface Presets {
  /** Sessions on the server; `SameSite=Strict`; over after 15 minutes without use, and after 12 hours in any case. */
  readonly banking: Settled<"strategy" | "session" | "cookies">;
  /** Access and refresh tokens, in cookies or in an app's keeping; over after 30 days without use, and after a year. */
  readonly social: Settled<"strategy" | "session">;
  /** Access tokens for 5 minutes, and refresh tokens; over after 30 days without use, and after 90 in any case. */
  readonly saas: Settled<"strategy" | "session" | "accessTokens">;
}

/**
 * Plain options, frozen, to be spread: `createAuth({ ...presets.saas, secret, store })`. What you give after it counts, each
 * option as a whole: `session: { ...presets.saas.session, idle: "7d" }` keeps the rest of it.
 */
export const presets: Presets = deepFreeze({
  banking: {
    strategy: "session",
    session: { idle: "15m", absolute: "12h" },
    cookies: { sameSite: "strict" },
  },
  social: {
    strategy: "hybrid",
    session: { idle: "30d", absolute: "365d" },
  },
  saas: {
    strategy: "hybrid",
    session: { idle: "30d", absolute: "90d" },
    accessTokens: { lifetime: "5m" },
  },
});
