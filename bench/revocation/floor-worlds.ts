import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { createClient } from "redis";
import type { Address } from "../fixtures/places.ts";
import type { World } from "./world.ts";

/**
 * The least that can bring the news: the database's own message, and a set in each process. Nothing is stored, and whoever
 * misses the message never knows.
 */
export async function messageWorld(address: Address): Promise<World> {
  const revoked = new Set<string>();
  const { publish, close } = await connect(address, (id) => revoked.add(id));
  return {
    async signIn() {
      const id = randomUUID();
      return { id, cookie: id };
    },
    check: async (cookie) => !revoked.has(cookie),
    async revoke(id) {
      revoked.add(id);
      await publish(id);
    },
    close,
  };
}

async function connect(
  address: Address,
  hear: (id: string) => void,
): Promise<{
  readonly publish: (id: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}> {
  if (address.kind === "redis") {
    const client = createClient({ socket: { host: "127.0.0.1", port: address.port } });
    const subscriber = client.duplicate();
    await Promise.all([client.connect(), subscriber.connect()]);
    await subscriber.subscribe("bench", hear);
    return {
      publish: (id) => client.publish("bench", id),
      async close() {
        client.destroy();
        subscriber.destroy();
      },
    };
  }
  if (address.kind === "postgres") {
    const client = new Client({ connectionString: address.url });
    const listener = new Client({ connectionString: address.url });
    await Promise.all([client.connect(), listener.connect()]);
    listener.on("notification", ({ payload = "" }) => hear(payload));
    await listener.query(`listen ${address.schema}`);
    return {
      publish: (id) => client.query("select pg_notify($1, $2)", [address.schema, id]),
      async close() {
        await Promise.all([client.end(), listener.end()]);
      },
    };
  }
  throw new TypeError(`${address.kind} has no messages`);
}
