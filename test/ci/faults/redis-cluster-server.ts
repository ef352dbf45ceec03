import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { startCluster, type Server } from "../../stores/redis/server.ts";
import type { StoreServer } from "./fault-maker.ts";

const patienceMs = 20_000;
/** After so long the others take a master for dead. */
export const nodeTimeoutMs = 2_000;

/**
 * A Redis Cluster of three masters with one replica each. `kill` ends the first master, `suspend` stops the second; their
 * replicas take over when that lasts, and then they come back as replicas. The third one is left alone.
 */
export async function startFailingCluster(): Promise<StoreServer> {
  const durable = ["--appendonly", "yes", "--appendfsync", "always"];
  const timeout = ["--cluster-node-timeout", String(nodeTimeoutMs)];
  const nodes = await startCluster(1, [...durable, ...timeout]);
  const [killed, suspended, calm] = nodes;
  if (killed === undefined || suspended === undefined || calm === undefined) {
    throw new Error("a cluster without three masters");
  }
  await Promise.all([killed, suspended, calm].map(hasReplica));
  const client = clientOf(calm);
  const probe = await keyOf(client);
  return {
    port: calm.port,
    suspend: () => suspended.suspend(),
    async resume() {
      suspended.resume();
      await isReplica(suspended);
    },
    kill: () => killed.kill(),
    async restart() {
      await killed.restart();
      await isReplica(killed);
    },
    probe: () => client.set(probe, "1"),
    async stop() {
      client.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function clientOf({ port }: Server): Redis {
  const client = new Redis({ host: "127.0.0.1", port, retryStrategy: () => 100 });
  client.on("error", () => undefined);
  return client;
}

function hasReplica(node: Server): Promise<void> {
  return replicationSays(node, /^slave0:\S*state=online/m);
}

/** Resolves when another node has taken the place of this one, and this one has what that one has. */
function isReplica(node: Server): Promise<void> {
  return replicationSays(node, /^master_link_status:up/m);
}

async function replicationSays(node: Server, what: RegExp): Promise<void> {
  const client = clientOf(node);
  try {
    for (const begin = Date.now(); ; await pause(50)) {
      const info = await client.info("replication");
      if (what.test(info)) return;
      if (Date.now() - begin > patienceMs) throw new Error(`not ${String(what)}: ${info}`);
    }
  } finally {
    client.disconnect();
  }
}

/** A key that is the third master's. */
async function keyOf(client: Redis): Promise<string> {
  for (let nth = 0; nth < 100; nth += 1) {
    const slot = await client.cluster("KEYSLOT", `probe ${nth}`);
    if (slot >= 10_923) return `probe ${nth}`;
  }
  throw new Error("no key is the third master's");
}
