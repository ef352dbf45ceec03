import {
  applyMigration,
  lastMigrationSql,
  migrations,
  printMigrations,
  refuseNewer,
  type Migration,
} from "../sql/migrations.ts";
import { toInteger, toText } from "../sql/rows.ts";
import type { Schema } from "../sql/schema.ts";
import type { Row } from "../sql/script.ts";
import { mysqlErrorOf, mysqlQuery, rowsOf, type MysqlPool } from "./connection.ts";

/** MySQL 8.0.17 and later, or MariaDB 10.6 and later: the same SQL, but for the name of a collation. */
export type MysqlFlavour = "mysql" | "mariadb";

const collations: Readonly<Record<MysqlFlavour, string>> = {
  mysql: "utf8mb4_0900_bin",
  mariadb: "utf8mb4_nopad_bin",
};

function statementsFor({ mysql }: Migration, flavour: MysqlFlavour): string[] {
  return mysql.map((sql) => sql.replaceAll("{text}", collations[flavour]));
}

type Ask = (sql: string, params?: readonly (string | number)[]) => Promise<readonly Row[]>;

// A database has up to 64 letters, and so has a lock.
const lock = "concat('symbolon.', md5(database()))";
const lockSeconds = 60;
/** ER_DUP_FIELDNAME. */
const duplicateColumn = 1060;
/** For a step of a migration, which may have a million rows to read. */
const stepMs = 3_600_000;

/** The tables of a MySQL or MariaDB store, in the database of the pool's connections. */
export class MysqlSchema implements Schema {
  readonly #pool: MysqlPool;

  constructor(pool: MysqlPool) {
    this.#pool = pool;
  }

  async version(): Promise<number> {
    try {
      const [row] = rowsOf(await this.#pool.execute(mysqlQuery(lastMigrationSql)));
      return toInteger(row?.[0]);
    } catch (error) {
      if (mysqlErrorOf(error) === 1146) return 0; // no such table
      throw error;
    }
  }

  async migrate(onApplied: (migration: Migration) => void = () => {}): Promise<void> {
    // Whoever has nothing to create needs no right to create.
    const last = await this.version();
    refuseNewer(last);
    if (last === migrations.length) return;
    const connection = await this.#pool.getConnection();
    const ask: Ask = async (sql, params = []) =>
      rowsOf(await connection.query({ ...mysqlQuery(sql, params), timeout: stepMs }));
    try {
      const [locked] = await ask(`select get_lock(${lock}, ${lockSeconds})`);
      if (String(locked?.[0]) !== "1") {
        throw new Error(
          `mysqlStore: another process has been migrating the database for ${lockSeconds} s`,
        );
      }
      const flavour = await flavourOf(ask);
      for (const migration of migrations) {
        if (await apply(migration, flavour, ask)) onApplied(migration);
      }
      await ask(`select release_lock(${lock})`);
      connection.release();
    } catch (error) {
      // With the connection goes its lock.
      connection.destroy();
      throw error;
    }
  }

  async print(after: number): Promise<string> {
    const ask: Ask = async (sql) => rowsOf(await this.#pool.execute(mysqlQuery(sql)));
    return mysqlMigrations({ flavour: await flavourOf(ask), after });
  }
}

/** The SQL that `autoMigrate` would run on a database which has come as far as `after`: to be run by whoever may. */
export function mysqlMigrations(
  options: { readonly flavour?: MysqlFlavour; readonly after?: number } = {},
): string {
  const { flavour = "mysql", after } = options;
  return printMigrations({
    after,
    statementsOf: (migration) => statementsFor(migration, flavour),
    begin: [],
    end: [],
  });
}

async function flavourOf(ask: Ask): Promise<MysqlFlavour> {
  const [version] = await ask("select version()");
  return toText(version?.[0]).includes("MariaDB") ? "mariadb" : "mysql";
}

async function apply(migration: Migration, flavour: MysqlFlavour, ask: Ask): Promise<boolean> {
  const script = applyMigration(migration, statementsFor(migration, flavour), Date.now());
  let step = script.next([]);
  while (step.done !== true) {
    const { sql, params } = step.value;
    step = script.next(await unlessThere(ask(sql, params as (string | number)[])));
  }
  return step.value;
}

/** A column that is there was added by a process that died before it could write down that its step is done. */
async function unlessThere(asked: Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await asked;
  } catch (error) {
    if (mysqlErrorOf(error) !== duplicateColumn) throw error;
    return [];
  }
}
