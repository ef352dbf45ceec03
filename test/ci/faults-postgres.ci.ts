import { test } from "node:test";
import { surviveEveryFault } from "./faults/every-fault.ts";
import { notAskedFor } from "./faults/options.ts";
import { ownPostgresMissing, startPostgres } from "./faults/postgres-server.ts";

test(
  "on PostgreSQL no process accepts a revoked session past the lease, nor ends one that nobody revoked, while processes, networks and the server fail",
  { timeout: 280_000, skip: notAskedFor("postgres") || ownPostgresMissing() },
  async (t) => {
    const server = await startPostgres();
    t.after(() => server.stop());
    await surviveEveryFault(t, {
      server,
      stores: ["postgres"],
      storiesPerSecond: 4,
      // A process that stands still in a transaction has the head for up to a second, a slow one again and again.
      sharedFate: true,
      defaults: { signIns: 3_000, seconds: 45, processes: 8 },
    });
  },
);
