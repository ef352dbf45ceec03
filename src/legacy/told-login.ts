import type { LegacyFault, LegacyLogin } from "../http/legacy-source.ts";

/**
 * What the application's own functions tell of one session. What they throw at it, such as at a session of a visitor that lacks what
 * they look into, is no outage of the store: visitors can repeat it.
 */
export function toldLogin(tell: () => LegacyLogin | null): LegacyLogin | LegacyFault | null {
  try {
    return tell();
  } catch (fault) {
    return { fault };
  }
}
