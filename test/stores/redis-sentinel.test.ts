import { after, test } from "node:test";
import { sentinelLibraries } from "./redis/clients.ts";
import { describeContract } from "./redis/contract.ts";
import { startSentinel, startServer } from "./redis/server.ts";
import { ownServersMissing } from "./redis/where.ts";

const skip = ownServersMissing();
if (skip !== false) test("the store contract behind Redis Sentinel", { skip }, () => {});
else {
  const primary = await startServer();
  const sentinel = await startSentinel(primary);
  after(() => Promise.all([sentinel.stop(), primary.stop()]));
  for (const [library, connect] of Object.entries(sentinelLibraries)) {
    describeContract(`Sentinel, ${library}`, () => connect(sentinel.port), 1);
  }
}
