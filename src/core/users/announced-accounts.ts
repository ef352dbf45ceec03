import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { Accounts } from "./accounts.ts";

/** The accounts, with what happens to them announced as events. */
export function announceAccounts(accounts: Accounts, events: EventHub): Accounts {
  return {
    ...accounts,
    async register(registration) {
      const user = await accounts.register(registration);
      events.emit("user.registered", { userId: user.id, address: registration.address ?? null });
      return user;
    },
    async verifyPassword(presented) {
      try {
        return await accounts.verifyPassword(presented);
      } catch (error) {
        const code = error instanceof AuthError ? error.code : null;
        if (code === "invalid_credentials" || code === "too_many_requests") {
          events.emit("sign_in.failed", { reason: code, address: presented.address ?? null });
        }
        throw error;
      }
    },
    async changePassword(change) {
      await accounts.changePassword(change);
      events.emit("password.changed", { userId: change.userId });
    },
  };
}
