import { DatabaseSync } from "node:sqlite";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { Pool } from "pg";
import { createClient } from "redis";
import { sessionColumns } from "../../src/stores/sql/rows.ts";
import type { Address } from "../fixtures/places.ts";
import { failed } from "../harness/contestant.ts";

/** The least that its driver must do to read a session: one prepared statement, or one GET. */
export interface BareRead {
  readonly read: (id: string) => Promise<void> | void;
  readonly close: () => Promise<void>;
}

const columns = sessionColumns.replaceAll(/\s+/g, " ");

/** @param width how many connections a pool has */
export async function bareRead(address: Address, width: number): Promise<BareRead> {
  switch (address.kind) {
    case "sqlite": {
      const database = new DatabaseSync(address.path);
      const statement = database.prepare(`select ${columns} from symbolon_sessions where id = ?`);
      statement.setReturnArrays(true);
      return {
        read(id) {
          if (statement.get(id) === undefined) throw failed("bare read");
        },
        close: async () => database.close(),
      };
    }
    case "postgres": {
      const pool = new Pool({ connectionString: address.url, max: width });
      const text = `select ${columns} from ${address.schema}.symbolon_sessions where id = $1`;
      return {
        async read(id) {
          const { rows } = await pool.query({ name: "bare", text, values: [id], rowMode: "array" });
          if (rows.length !== 1) throw failed("bare read");
        },
        close: () => pool.end(),
      };
    }
    case "mariadb": {
      const { url: uri, database } = address;
      const pool = createPool({ uri, database, connectionLimit: width });
      const sql = `select ${columns} from symbolon_sessions where id = ?`;
      return {
        async read(id) {
          const [rows] = await pool.execute<RowDataPacket[]>({ sql, rowsAsArray: true }, [id]);
          if (rows.length !== 1) throw failed("bare read");
        },
        close: () => pool.end(),
      };
    }
    case "redis": {
      const client = createClient({ socket: { host: "127.0.0.1", port: address.port } });
      await client.connect();
      return {
        async read(id) {
          if ((await client.get(`{sym:0}s${id}`)) === null) throw failed("bare read");
        },
        close: async () => client.destroy(),
      };
    }
  }
}
