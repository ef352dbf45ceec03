/** As much of connect-pg-simple, which has no types of its own, as the tests use. */
declare module "connect-pg-simple" {
  import type { Store } from "express-session";
  import type { Pool } from "pg";

  interface PgStoreOptions {
    readonly pool: Pool;
    readonly createTableIfMissing?: boolean;
    readonly pruneSessionInterval?: false | number;
  }

  export default function connectPgSimple(
    session: object,
  ): new (options: PgStoreOptions) => Store & { close(): unknown };
}
