import { drivers } from "../server/drivers.ts";
import type { StoreAddress } from "../server/store-address.ts";
import type { Schema } from "../stores/sql/schema.ts";

/** A schema that can be looked at and migrated, until it is closed. */
export interface OpenSchema {
  readonly tables: Schema;
  close(): Promise<void>;
}

const connectMs = 10_000;

/**
 * The schema at an address; null where the store has none. `name` is that of a PostgreSQL schema.
 * @throws TypeError for a name where there are no names.
 */
export async function openSchema(
  address: StoreAddress,
  name: string | undefined,
): Promise<OpenSchema | null> {
  if (name !== undefined && address.kind !== "postgres") {
    throw new TypeError("--schema is for PostgreSQL only");
  }
  switch (address.kind) {
    case "memory":
    case "redis":
      return null;
    case "sqlite": {
      const { sqliteSchema } = await import("../stores/sqlite.ts");
      return { tables: sqliteSchema(address.path), async close() {} };
    }
    case "postgres": {
      const { Pool } = await drivers.pg();
      const { PostgresSchema } = await import("../stores/postgres/schema.ts");
      const pool = new Pool({
        connectionString: address.url,
        connectionTimeoutMillis: connectMs,
      });
      // A connection that breaks while it is idle would otherwise end the process; one in use tells whoever uses it.
      pool.on("error", () => undefined);
      return { tables: new PostgresSchema(pool, name), close: () => pool.end() };
    }
    case "mysql": {
      const { createPool } = await drivers.mysql2();
      const { MysqlSchema } = await import("../stores/mysql/schema.ts");
      const pool = createPool({ uri: address.url, charset: "utf8mb4" });
      return { tables: new MysqlSchema(pool), close: () => pool.end() };
    }
  }
}
