import type { PasswordHash } from "../../core/passwords/credential-store.ts";
import type { InsertUserOutcome, UserRecord, UserStore } from "../../core/users/user-store.ts";
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

function* insertUser(user: UserRecord, passwordHash: PasswordHash): Script<InsertUserOutcome> {
  const [sameEmail] = yield statement(findByEmailSql, user.emailKey);
  if (sameEmail !== undefined) return "email_taken";
  const [sameId] = yield statement(findSql, user.id);
  if (sameId !== undefined) return "user_id_taken";
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
