import { encodeBase64url } from "../../util/base64url.ts";
import { AuthError } from "../errors.ts";
import type {
  CredentialStore,
  PasswordCredential,
  PasswordHash,
} from "../passwords/credential-store.ts";
import type { HashingQueue } from "../passwords/hashing-queue.ts";
import { isTooLong, normalizePassword } from "../passwords/password-policy.ts";
import type { PasswordHasher, RandomSource } from "../ports.ts";
import type { Throttle } from "../throttling/throttle.ts";
import { normalizeEmail } from "./email.ts";
import type { ReportProblem } from "./report-problem.ts";
import type { UserRecord, UserStore } from "./user-store.ts";

export interface PresentedPassword {
  readonly email: string;
  readonly password: string;
  /** Where the request came from, as far as that is known for certain. */
  readonly address?: string | undefined;
}

export interface VerifiedPassword {
  readonly user: UserRecord;
  readonly credential: PasswordCredential;
}

/** Makes `Accounts.verifyPassword`. */
export function createVerifyPassword(dependencies: {
  readonly users: UserStore;
  readonly credentials: CredentialStore;
  readonly throttle: Throttle;
  readonly hashing: HashingQueue;
  readonly random: RandomSource;
  readonly onProblem: ReportProblem;
}): (presented: PresentedPassword) => Promise<VerifiedPassword> {
  const { users, credentials, throttle, hashing, random, onProblem } = dependencies;
  const nobody = createNobody(random);

  /** Failing to hash anew does not fail the sign-in: the password was right, and the next one tries again. */
  async function rehash(
    credential: PasswordCredential,
    password: string,
    hasher: PasswordHasher,
  ): Promise<PasswordCredential> {
    try {
      const hash = await hasher.hash(password);
      const outcome = await credentials.replacePassword(credential.userId, {
        from: credential.hash,
        to: hash,
        revocationPendingSince: null,
      });
      return outcome === "replaced" ? { ...credential, hash } : credential;
    } catch (cause) {
      onProblem("a password could not be hashed with the current parameters", cause);
      return credential;
    }
  }

  return async function verifyPassword({ email, password, address }) {
    const normalized = normalizeEmail(email);
    // Nobody can have such an email or password, so that refusing at once tells nothing about anyone.
    if (normalized === null || isTooLong(password)) throw new AuthError("invalid_credentials");
    const { emailKey } = normalized;
    const normalizedPassword = normalizePassword(password);

    return hashing.run(async (hasher) => {
      // Counted here and not on arrival: of many right attempts at once, only those in a slot count, and each
      // gives its count back before the next one begins.
      const attempt = await throttle.takeSignIn({ emailKey, address });
      // An unknown email costs the same store calls and the same hashing as a wrong password.
      const stranger = await nobody(hasher);
      const user = await users.findByEmail(emailKey);
      const credential = await credentials.findPassword(user?.id ?? stranger.userId);
      const { matches, outdated } = await hasher.verify(
        credential?.hash ?? stranger.hash,
        normalizedPassword,
      );
      if (user === null || credential === null || !matches) {
        throw new AuthError("invalid_credentials");
      }
      await attempt.succeeded();
      // Who waits for the revocation to settle knows it by the hash, which therefore stays until then.
      if (!outdated || credential.revocationPendingSince !== null) return { user, credential };
      return { user, credential: await rehash(credential, normalizedPassword, hasher) };
    });
  };
}

interface Nobody {
  readonly userId: string;
  readonly hash: PasswordHash;
}

/** A user id that no user has and a hash of a password that nobody knows, made at the first need and then kept. */
function createNobody(random: RandomSource): (hasher: PasswordHasher) => Promise<Nobody> {
  let made: Promise<Nobody> | null = null;
  async function make(hasher: PasswordHasher): Promise<Nobody> {
    const hash = await hasher.hash(encodeBase64url(random(32)));
    return { userId: encodeBase64url(random(16)), hash };
  }
  return async (hasher) => {
    made ??= make(hasher);
    try {
      return await made;
    } catch (error) {
      made = null;
      throw error;
    }
  };
}
