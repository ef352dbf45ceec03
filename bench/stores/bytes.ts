import { DatabaseSync } from "node:sqlite";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { Pool } from "pg";
import { createClient } from "redis";
import { loadStore } from "../fixtures/load.ts";
import { makePlace, type Address, type Place } from "../fixtures/places.ts";
import { SampleSessions, type DeviceText } from "../fixtures/sample-sessions.ts";

/** What a session takes, by what the database says of itself. */
export interface BytesFigures {
  readonly sessions: number;
  readonly device: DeviceText;
  readonly bytesPerSession: number;
  /** What the figure is made of. */
  readonly by: string;
  /** Redis only: what `MEMORY USAGE` says of a session's key and of its user's, on average. */
  readonly bytesOfKeys?: number;
}

/** Bytes that the sessions of a store take, with their indexes. */
export async function usedBytes(
  address: Address,
): Promise<{ readonly bytes: number; readonly by: string }> {
  switch (address.kind) {
    case "sqlite": {
      const database = new DatabaseSync(address.path);
      const count = database.prepare("pragma page_count").get()?.["page_count"];
      const size = database.prepare("pragma page_size").get()?.["page_size"];
      database.close();
      return { bytes: Number(count) * Number(size), by: "pages of the file, indexes included" };
    }
    case "postgres": {
      const pool = new Pool({ connectionString: address.url, max: 1 });
      const { rows } = await pool.query<{ size: string }>(
        `select pg_total_relation_size('${address.schema}.symbolon_sessions') as size`,
      );
      await pool.end();
      return { bytes: Number(rows[0]?.size), by: "pg_total_relation_size" };
    }
    case "mariadb": {
      const { url: uri, database } = address;
      const pool = createPool({ uri, database, connectionLimit: 1 });
      await pool.query("analyze table symbolon_sessions");
      const [rows] = await pool.query<RowDataPacket[]>(
        `select data_length + index_length as size from information_schema.tables
          where table_schema = ? and table_name = 'symbolon_sessions'`,
        [database],
      );
      await pool.end();
      return { bytes: Number(rows[0]?.["size"]), by: "InnoDB's own estimate" };
    }
    case "redis": {
      const client = createClient({ socket: { host: "127.0.0.1", port: address.port } });
      await client.connect();
      const used = /^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1];
      client.destroy();
      return {
        bytes: Number(used),
        by: "used_memory, the user's index and the list of ids included",
      };
    }
  }
}

/** What `MEMORY USAGE` says of a session's key together with that of its user's index; undefined where there is no such command. */
export async function usedByKeys(address: Address): Promise<number | undefined> {
  if (address.kind !== "redis") return undefined;
  const client = createClient({ socket: { host: "127.0.0.1", port: address.port } });
  await client.connect();
  try {
    const sessions = await averageUsage(client, "{sym:0}s*");
    return sessions + (await averageUsage(client, "{sym:0}u*"));
  } finally {
    client.destroy();
  }
}

async function averageUsage(
  client: Pick<ReturnType<typeof createClient>, "scan" | "memoryUsage">,
  pattern: string,
): Promise<number> {
  const { keys } = await client.scan("0", { MATCH: pattern, COUNT: 1_000 });
  const usages = await Promise.all(keys.map((key) => client.memoryUsage(key)));
  return usages.reduce<number>((sum, usage) => sum + (usage ?? 0), 0) / keys.length;
}

/** Of a store of its own, with so many sessions that do or do not know their device. */
export async function measureBytes(
  kind: Address["kind"],
  sessions: number,
  device: DeviceText,
): Promise<BytesFigures> {
  const make: () => Promise<Place> = makePlace[kind];
  const place = await make();
  try {
    const before = await usedBytes(place.address);
    await loadStore(place.address, {
      total: sessions,
      known: [],
      others: new SampleSessions(device),
    });
    const after = await usedBytes(place.address);
    const bytesPerSession = (after.bytes - before.bytes) / sessions;
    const bytesOfKeys = await usedByKeys(place.address);
    return {
      sessions,
      device,
      bytesPerSession,
      by: after.by,
      ...(bytesOfKeys !== undefined && { bytesOfKeys }),
    };
  } finally {
    await place.remove();
  }
}
