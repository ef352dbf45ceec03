import type { CredentialStore } from "../passwords/credential-store.ts";
import type { Clock } from "../ports.ts";
import type { ReportProblem } from "./report-problem.ts";

/** Longer than a password change takes to end the sessions itself. */
const underWayMs = 60_000;

/** Makes `Accounts.completePendingRevocations`. */
export function createCompletePendingRevocations(dependencies: {
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly onProblem: ReportProblem;
}): (endSessions: (userId: string) => Promise<void>) => Promise<void> {
  const { credentials, clock, onProblem } = dependencies;
  return async function completePendingRevocations(endSessions) {
    for (const { userId, hash } of await credentials.listPendingRevocations(
      clock.now() - underWayMs,
    )) {
      try {
        await endSessions(userId);
        await credentials.settleRevocation(userId, hash);
      } catch (cause) {
        // One user's failure must not keep the others' sessions alive; it stays pending for the next time.
        onProblem("sessions opened with a replaced password could not be ended", cause);
      }
    }
  };
}
