import { after, test } from "node:test";
import { clusterLibraries } from "./redis/clients.ts";
import { describeContract } from "./redis/contract.ts";
import { startCluster } from "./redis/server.ts";
import { ownServersMissing } from "./redis/where.ts";

const skip = ownServersMissing();
if (skip !== false) test("the store contract on a Redis Cluster", { skip }, () => {});
else {
  const nodes = await startCluster();
  after(() => Promise.all(nodes.map((node) => node.stop())));
  const [{ port } = { port: 0 }] = nodes;
  for (const [library, connect] of Object.entries(clusterLibraries)) {
    for (const shards of [1, 16] as const) {
      describeContract(`cluster, ${library}`, () => connect(port), shards);
    }
  }
}
