import { migrations, refuseNewer, type Migration } from "./migrations.ts";

/** The tables of a store, wherever they have come to. */
export interface Schema {
  /** The last migration that the database has; 0 when it has none. Changes nothing. */
  version(): Promise<number>;
  /**
   * Applies what is missing, one process at a time: the others wait, and find nothing left to do. `onApplied` is told of
   * each step that this call applied.
   * @throws Error when the database was migrated by a newer release.
   */
  migrate(onApplied?: (migration: Migration) => void): Promise<void>;
  /** The SQL of the steps after `after`. */
  print(after: number): Promise<string>;
}

/** @throws Error that says what to run, when the database is not as far as this release, or further. */
export async function refuseOutdated(schema: Schema, name: "postgres" | "mysql"): Promise<void> {
  const last = await schema.version();
  refuseNewer(last);
  if (last < migrations.length) {
    throw new Error(
      `${name}Store: the database has come to Symbolon's migration ${last} of ${migrations.length}: run \`npx symbolon migrate\`, or the SQL that ${name}Migrations({ after: ${last} }) answers, or open the store with { autoMigrate: true }`,
    );
  }
}
