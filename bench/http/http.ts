import { makePlace, reasonOf } from "../fixtures/places.ts";
import type { Bench } from "../harness/bench.ts";
import { byEffort } from "../harness/effort.ts";
import type { Part } from "../harness/report.ts";
import { Child } from "./calls.ts";
import { frameworks } from "./frameworks.ts";
import type { LoadCalls } from "./load-process.ts";
import { tryFramework, type Amounts } from "./trial.ts";
import { reportOf } from "./verdicts.ts";

const connections = 16;

const full: Amounts = {
  users: 1_000,
  starts: 3,
  rounds: 30,
  warmUp: 10_000,
  requests: 1_000,
  connections,
  single: 200,
};

/** What does a guard add to a request, with sockets, parser and framework around it? */
export const http: Bench = {
  name: "http",
  about: "extra CPU time and latency of a guarded HTTP request, in each framework",
  async run(options) {
    const amounts = byEffort(options.effort, {
      full,
      quick: {
        users: 100,
        starts: 1,
        rounds: 7,
        warmUp: 800,
        requests: 300,
        connections,
        single: 100,
      },
      tiny: { users: 5, starts: 1, rounds: 1, warmUp: 10, requests: 20, connections, single: 5 },
    });
    const missing: string[] = [];
    const redis = await makePlace.redis().catch((error: unknown) => {
      missing.push(`what needs Redis: ${reasonOf(error)}`);
      return null;
    });
    const load = new Child<LoadCalls>("./load-process.ts");
    const world = { users: amounts.users, redisPort: redis?.address.port ?? null };
    const parts: Part[] = [];
    try {
      for (const loadFramework of Object.values(frameworks)) {
        const framework = await loadFramework();
        const seen = await tryFramework(framework, options, { load, world, amounts });
        parts.push(reportOf(framework.name, seen));
      }
    } finally {
      await load.stop();
      await redis?.remove();
    }
    return {
      bench: "http",
      sections: parts.flatMap(({ sections }) => sections),
      targets: parts.flatMap(({ targets }) => targets),
      missing,
    };
  },
};
