import type { PasswordHash } from "../../core/passwords/credential-store.ts";
import type { UserRecord, UserStore } from "../../core/users/user-store.ts";
import { toUser, userColumns, userParams } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";

const findSql = `select ${userColumns} from symbolon_users where id = ?`;
const findByEmailSql = `select ${userColumns} from symbolon_users where email_key = ?`;

/** The users slice over SQL. */
export function sqlUsers(driver: SqlDriver): UserStore {
  return {
    insert: (user, passwordHash) => driver.transact(() => insertUser(user, passwordHash)),

    async find(id) {
      const [row] = await driver.read(findSql, id);
      return row === undefined ? null : toUser(row);
    },

    async findByEmail(emailKey) {
      const [row] = await driver.read(findByEmailSql, emailKey);
      return row === undefined ? null : toUser(row);
    },
  };
}

function* insertUser(
  user: UserRecord,
  passwordHash: PasswordHash,
): Script<"inserted" | "email_taken"> {
  const [taken] = yield statement(findByEmailSql, user.emailKey);
  if (taken !== undefined) return "email_taken";
  yield statement(
    `insert into symbolon_users (${userColumns}) values (?, ?, ?, ?, ?, ?)`,
    ...userParams(user),
  );
  yield statement(
    "insert into symbolon_credentials (user_id, hash) values (?, ?)",
    user.id,
    passwordHash,
  );
  return "inserted";
}
