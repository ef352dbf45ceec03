import { AuthError } from "../errors.ts";
import type { CredentialStore, PasswordCredential } from "../passwords/credential-store.ts";
import type { Clock } from "../ports.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import type { ReportProblem } from "./report-problem.ts";

/** Longer than a password change takes to end the sessions itself. */
const underWayMs = 60_000;

/** What `Accounts` can do about password changes that a crash interrupted. */
export interface PendingRevocations {
  /**
   * Ends the sessions that were opened with an earlier password than this one; what comes after has the answered mark.
   * @throws AuthError `sign_in_superseded` when this is not the password any more.
   */
  completeRevocation(credential: PasswordCredential): Promise<Seq>;
  completePendingRevocations(): Promise<void>;
}

export function createPendingRevocations(dependencies: {
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly endSessions: (userId: string) => Promise<Seq>;
  readonly onProblem: ReportProblem;
}): PendingRevocations {
  const { credentials, clock, endSessions, onProblem } = dependencies;

  return {
    async completeRevocation({ userId, hash }) {
      const seq = await endSessions(userId);
      // The mark lies above every revocation until now. One of them may have come with a newer password than the one
      // that was verified; a change from here on ends what is started with the mark.
      const current = await credentials.findPassword(userId);
      if (current?.hash !== hash) throw new AuthError("sign_in_superseded");
      await credentials.settleRevocation(userId, hash);
      return seq;
    },
    async completePendingRevocations() {
      const pending = await credentials.listPendingRevocations(clock.now() - underWayMs);
      for (const credential of pending) {
        try {
          await endSessions(credential.userId);
          await credentials.settleRevocation(credential.userId, credential.hash);
        } catch (cause) {
          // One user's failure must not keep the others' sessions alive; it stays pending for the next time.
          onProblem("sessions opened with a replaced password could not be ended", cause);
        }
      }
    },
  };
}
