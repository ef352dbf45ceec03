import assert from "node:assert/strict";
import { after, test } from "node:test";
import { portOf } from "../../src/stores/redis/clients.ts";
import { clusterLibraries, libraries } from "./redis/clients.ts";
import { startCluster } from "./redis/server.ts";
import { ownServersMissing } from "./redis/where.ts";

const skip = ownServersMissing();
const nodes = skip === false ? await startCluster() : [];
after(() => Promise.all(nodes.map((node) => node.stop())));

/** What the cluster does when a replica takes over, or slots are moved: the client still has the old place. */
async function moveSlotOf(key: string): Promise<void> {
  const clients = await Promise.all(nodes.map(({ port }) => libraries.ioredis(port)));
  const tell = async (...command: string[]) =>
    Promise.all(clients.map(({ send }) => send("", "cluster", ...command)));
  const ids = (await tell("myid")) as string[];
  const [slot] = (await tell("keyslot", key)) as number[];
  const owned = await Promise.all(
    clients.map(({ send }) =>
      send(key, "exists", key).then(
        () => true,
        () => false,
      ),
    ),
  );
  const next = ids[(owned.indexOf(true) + 1) % ids.length] ?? "";
  await tell("setslot", String(slot), "node", next);
  await Promise.all(clients.map(({ close }) => close()));
}

for (const [library, connect] of Object.entries(clusterLibraries)) {
  test(
    `${library} finds a slot that has moved, also when the first that it sends there is two commands`,
    { skip },
    async (t) => {
      const [{ port } = { port: 0 }] = nodes;
      const connected = await connect(port);
      t.after(() => connected.close());
      const key = `moved ${library}`;
      const redis = portOf(connected.client);
      const both = () => redis.sendBoth(key, ["set", key, "1"], ["wait", "0", "0"]);
      assert.deepEqual(await redis.send(key, ["get", key]), null);
      await moveSlotOf(key);
      assert.deepEqual(await both(), ["OK", 0]);
      assert.deepEqual(await redis.send(key, ["get", key]), "1");
    },
  );
}
