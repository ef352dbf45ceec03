import { test } from "node:test";
import { libraries } from "./redis/clients.ts";
import { describeContract } from "./redis/contract.ts";
import { sharedServer } from "./redis/where.ts";

const server = await sharedServer();
if (typeof server === "string") test("the store contract on Redis", { skip: server }, () => {});
else {
  for (const [library, connect] of Object.entries(libraries)) {
    for (const shards of [1, 16] as const) {
      describeContract(library, () => connect(server.port, server.host), shards);
    }
  }
}
