import type { CredentialStore, PasswordCredential } from "../../core/passwords/credential-store.ts";
import type { UserRecord, UserStore } from "../../core/users/user-store.ts";

/** Users in memory; their password credentials go into `passwords`, by user id. */
export function memoryUsers(passwords: Map<string, PasswordCredential>): UserStore {
  const users = new Map<string, UserRecord>();
  const idsByEmail = new Map<string, string>();
  return {
    async insert(user, hash) {
      if (idsByEmail.has(user.emailKey)) return "email_taken";
      if (users.has(user.id)) return "user_id_taken";
      users.set(user.id, Object.freeze({ ...user }));
      idsByEmail.set(user.emailKey, user.id);
      passwords.set(user.id, { userId: user.id, hash, revocationPendingSince: null });
      return "inserted";
    },

    async find(id) {
      return users.get(id) ?? null;
    },

    async findByEmail(emailKey) {
      const id = idsByEmail.get(emailKey);
      return id === undefined ? null : (users.get(id) ?? null);
    },
  };
}

/** Password credentials in memory. Each method does its work before its first `await`, hence in one piece. */
export function memoryCredentials(passwords: Map<string, PasswordCredential>): CredentialStore {
  return {
    async findPassword(userId) {
      return passwords.get(userId) ?? null;
    },

    async replacePassword(userId, change) {
      const credential = passwords.get(userId);
      if (credential?.hash !== change.from) return "superseded";
      passwords.set(userId, {
        userId,
        hash: change.to,
        // A password that is only hashed anew leaves what is pending pending.
        revocationPendingSince: change.revocationPendingSince ?? credential.revocationPendingSince,
      });
      return "replaced";
    },

    async settleRevocation(userId, hash) {
      const credential = passwords.get(userId);
      if (credential?.hash !== hash) return;
      passwords.set(userId, { ...credential, revocationPendingSince: null });
    },

    async listPendingRevocations(before) {
      const pendingSince = (credential: PasswordCredential) =>
        credential.revocationPendingSince ?? Infinity;
      return [...passwords.values()]
        .filter((credential) => pendingSince(credential) < before)
        .sort((a, b) => pendingSince(a) - pendingSince(b))
        .slice(0, 100);
    },
  };
}
