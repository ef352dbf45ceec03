import type {
  CredentialStore,
  PasswordCredential,
  PasswordHash,
} from "../../src/core/passwords/credential-store.ts";
import type { InsertUserOutcome, UserRecord, UserStore } from "../../src/core/users/user-store.ts";

/** The users and credentials slices for tests of what uses them. Each call yields once, as a database would. */
export class InMemoryUsers implements UserStore, CredentialStore {
  readonly users: Map<string, UserRecord> = new Map();
  readonly passwords: Map<string, PasswordCredential> = new Map();
  calls: string[] = [];
  /** Runs before the named call is answered, for what happens between two calls. */
  before: Partial<Record<keyof UserStore | keyof CredentialStore, () => Promise<void>>> = {};

  async insert(user: UserRecord, hash: PasswordHash): Promise<InsertUserOutcome> {
    await this.#record("insert");
    for (const { emailKey } of this.users.values()) {
      if (emailKey === user.emailKey) return "email_taken";
    }
    if (this.users.has(user.id)) return "user_id_taken";
    this.users.set(user.id, user);
    this.passwords.set(user.id, { userId: user.id, hash, revocationPendingSince: null });
    return "inserted";
  }

  async find(id: string): Promise<UserRecord | null> {
    await this.#record("find");
    return this.users.get(id) ?? null;
  }

  async findByEmail(emailKey: string): Promise<UserRecord | null> {
    await this.#record("findByEmail");
    return [...this.users.values()].find((user) => user.emailKey === emailKey) ?? null;
  }

  async findPassword(userId: string): Promise<PasswordCredential | null> {
    await this.#record("findPassword");
    return this.passwords.get(userId) ?? null;
  }

  async replacePassword(
    userId: string,
    change: { from: PasswordHash; to: PasswordHash; revocationPendingSince: number | null },
  ): Promise<"replaced" | "superseded"> {
    await this.#record("replacePassword");
    if (this.passwords.get(userId)?.hash !== change.from) return "superseded";
    const { to: hash, revocationPendingSince } = change;
    this.passwords.set(userId, { userId, hash, revocationPendingSince });
    return "replaced";
  }

  async settleRevocation(userId: string, hash: PasswordHash): Promise<void> {
    await this.#record("settleRevocation");
    const credential = this.passwords.get(userId);
    if (credential?.hash === hash) {
      this.passwords.set(userId, { ...credential, revocationPendingSince: null });
    }
  }

  async listPendingRevocations(before: number): Promise<readonly PasswordCredential[]> {
    await this.#record("listPendingRevocations");
    return [...this.passwords.values()]
      .filter(({ revocationPendingSince: since }) => since !== null && since < before)
      .sort((a, b) => Number(a.revocationPendingSince) - Number(b.revocationPendingSince))
      .slice(0, 100);
  }

  async #record(call: keyof UserStore | keyof CredentialStore): Promise<void> {
    this.calls.push(call);
    await new Promise((resolve) => setImmediate(resolve));
    const hook = this.before[call];
    delete this.before[call];
    await hook?.();
  }
}
