import type { CredentialStore, PasswordHash } from "../../core/passwords/credential-store.ts";
import { credentialColumns, toCredential } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";

type PasswordChange = Parameters<CredentialStore["replacePassword"]>[1];

const findSql = `select ${credentialColumns} from symbolon_credentials where user_id = ?`;
const listPendingSql = `select ${credentialColumns} from symbolon_credentials
  where revocation_pending_since < ? order by revocation_pending_since limit 100`;

/** The credentials slice over SQL. */
export function sqlCredentials(driver: SqlDriver): CredentialStore {
  return {
    async findPassword(userId) {
      const [row] = await driver.read(findSql, userId);
      return row === undefined ? null : toCredential(row);
    },

    replacePassword: (userId, change) => driver.transact(() => replacePassword(userId, change)),

    settleRevocation: (userId, hash) => driver.transact(() => settle(userId, hash)),

    async listPendingRevocations(before) {
      return (await driver.read(listPendingSql, before)).map(toCredential);
    },
  };
}

function* replacePassword(
  userId: string,
  { from, to, revocationPendingSince }: PasswordChange,
): Script<"replaced" | "superseded"> {
  const [row] = yield { ...statement(findSql, userId), lock: "exclusive" };
  if (row === undefined || toCredential(row).hash !== from) return "superseded";
  yield statement(
    "update symbolon_credentials set hash = ?, revocation_pending_since = ? where user_id = ?",
    to,
    // A password that is only hashed anew leaves what is pending pending.
    revocationPendingSince ?? toCredential(row).revocationPendingSince,
    userId,
  );
  return "replaced";
}

function* settle(userId: string, hash: PasswordHash): Script<void> {
  yield statement(
    "update symbolon_credentials set revocation_pending_since = null where user_id = ? and hash = ?",
    userId,
    hash,
  );
}
