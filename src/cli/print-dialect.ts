import { mysqlMigrations } from "../stores/mysql.ts";
import { postgresMigrations } from "../stores/postgres.ts";
import { migrations } from "../stores/sql/migrations.ts";
import { sqliteMigrations } from "../stores/sqlite.ts";

/**
 * The SQL for a database that is not connected to, from the first migration or from those after `after`.
 * @throws TypeError for a dialect that there is not, and for what is no migration.
 */
export function printForDialect(
  dialect: string,
  given: { readonly schema: string | undefined; readonly after: string | undefined },
): string {
  const after = given.after === undefined ? 0 : Number(given.after);
  if (!Number.isInteger(after) || after < 0 || after > migrations.length) {
    throw new TypeError(`--after is a number from 0 to ${migrations.length}`);
  }
  const { schema } = given;
  if (schema !== undefined && dialect !== "postgres") {
    throw new TypeError("--schema is for PostgreSQL only");
  }
  switch (dialect) {
    case "postgres":
      return postgresMigrations({ after, ...(schema !== undefined && { schema }) }).trimEnd();
    case "mysql":
    case "mariadb":
      return mysqlMigrations({ after, flavour: dialect }).trimEnd();
    case "sqlite":
      return sqliteMigrations(after).trimEnd();
    default:
      throw new TypeError("--dialect is postgres, mysql, mariadb or sqlite");
  }
}
