import { encodeBase64url } from "../../util/base64url.ts";
import { AuthError } from "../errors.ts";
import { checkIdentifier } from "../identifiers.ts";
import type { PasswordHash } from "../passwords/credential-store.ts";
import { parseForeignHash } from "../passwords/foreign/foreign-hash.ts";
import type { Clock, RandomSource } from "../ports.ts";
import { normalizeEmail } from "./email.ts";
import { isName } from "./register.ts";
import type { UserRecord, UserStore } from "./user-store.ts";

/** A user of another library. */
export interface ImportedUser {
  /** The user's id there, where the application's own tables have it. A new one unless told otherwise. */
  readonly id?: string;
  readonly email: string;
  readonly emailVerified?: boolean;
  readonly name?: string | null;
  /** Milliseconds since the epoch; now unless told otherwise. */
  readonly createdAt?: number;
  /** As it is stored there: argon2, bcrypt, scrypt or PBKDF2, in one of the forms of `docs/accounts.md`. */
  readonly passwordHash: string;
}

/** Makes `Accounts.importUser`. */
export function createImportUser(dependencies: {
  readonly users: UserStore;
  readonly clock: Clock;
  readonly random: RandomSource;
}): (imported: ImportedUser) => Promise<UserRecord> {
  const { users, clock, random } = dependencies;
  return async function importUser({
    id = encodeBase64url(random(16)),
    email,
    emailVerified = false,
    name = null,
    createdAt = clock.now(),
    passwordHash,
  }) {
    const normalized = normalizeEmail(email);
    if (normalized === null) throw new TypeError("importUser: email must be an email address");
    if (name !== null && !isName(name)) throw new TypeError("importUser: name must be one line");
    if (!Number.isSafeInteger(createdAt) || createdAt < 0) {
      throw new TypeError("importUser: createdAt must be milliseconds since the epoch");
    }
    // Not in the message: it may end in a log, and is half of a password.
    if (!isReadable(passwordHash)) {
      throw new TypeError("importUser: passwordHash is in no form that could be verified");
    }
    const user: UserRecord = {
      id: checkIdentifier("importUser: id", id),
      ...normalized,
      emailVerified,
      name: name === "" ? null : name,
      createdAt,
    };
    const outcome = await users.insert(user, passwordHash);
    if (outcome !== "inserted") throw new AuthError(outcome);
    return user;
  };
}

function isReadable(text: unknown): text is PasswordHash {
  return typeof text === "string" && (isArgon2(text) || parseForeignHash(text) !== null);
}

/** Whether it is a PHC string of argon2, of any version and variant, that can be verified without holding the server up. */
function isArgon2(text: string): boolean {
  const [, memoryKiB, passes] = argon2.exec(text) ?? [];
  const memory = Number(memoryKiB);
  return memory <= mostMemoryKiB && memory * Number(passes) <= mostArgon2Work;
}

/** 2 GiB, the most that RFC 9106 (section 4) recommends. */
const mostMemoryKiB = 2 ** 21;
/** KiB × passes: some four seconds. */
const mostArgon2Work = 2 ** 22;

const argon2 =
  /^\$argon2(?:id|i|d)\$(?:v=\d{1,3}\$)?m=(\d{1,10}),t=(\d{1,10}),p=\d{1,3}\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}$/;
