import type { DatabaseSync } from "node:sqlite";
import type { Pool } from "pg";

type Value = string | number;

/** A statement with the values of its `$1`, `$2`, … */
export type Statement = readonly [sql: string, ...values: Value[]];

/** The application's own tables, on PostgreSQL or SQLite: the little of SQL that both understand. */
export interface Sql {
  query<Row>(...statement: Statement): Promise<readonly Row[]>;
  /** All of them or none. Answers the rows of each. */
  inOneGo(statements: readonly Statement[]): Promise<readonly (readonly unknown[])[]>;
}

export function postgresSql(pool: Pool): Sql {
  return {
    async query<Row>(text: string, ...values: Value[]) {
      return (await pool.query(text, values)).rows as Row[];
    },
    async inOneGo(statements) {
      const client = await pool.connect();
      try {
        await client.query("begin");
        const rows: unknown[][] = [];
        for (const [text, ...values] of statements) {
          rows.push((await client.query(text, values)).rows);
        }
        await client.query("commit");
        return rows;
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

/** A call runs to its end before another begins, so nothing comes between the statements of `inOneGo`. */
export function sqliteSql(database: DatabaseSync): Sql {
  const run = ([text, ...values]: Statement): unknown[] =>
    database.prepare(text.replaceAll("$", "?")).all(...values);
  return {
    query: async <Row>(...statement: Statement) => run(statement) as Row[],
    async inOneGo(statements) {
      database.exec("begin immediate");
      try {
        const rows = statements.map(run);
        database.exec("commit");
        return rows;
      } catch (error) {
        database.exec("rollback");
        throw error;
      }
    },
  };
}
