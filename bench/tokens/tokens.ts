import type { Bench } from "../harness/bench.ts";
import { measureElsewhere } from "./elsewhere.ts";
import { measureFirstSight } from "./first-sight.ts";
import { measureIssuing } from "./issuing.ts";
import { measureRefreshing } from "./refreshing.ts";
import { measureSeenBefore } from "./seen-before.ts";

/** Access tokens: who is this, and what it costs to issue one. */
export const tokens: Bench = {
  name: "tokens",
  about: "CPU time of access tokens: seen before, at first sight, issuing and refreshing",
  async run(options) {
    const parts = [
      await measureSeenBefore(options),
      await measureFirstSight(options),
      await measureIssuing(options),
      await measureElsewhere(options),
      await measureRefreshing(options),
    ];
    return {
      bench: "tokens",
      sections: parts.flatMap(({ sections }) => sections),
      targets: parts.flatMap(({ targets }) => targets),
    };
  },
};
