/** Runs a benchmark by name: Symbolon beside its peers, as a table and as `bench/results/NAME.json`. */
import { parseArgs } from "node:util";
import type { Bench } from "./harness/bench.ts";
import { efforts } from "./harness/effort.ts";
import { printReport, writeReport } from "./harness/report.ts";

const benches: readonly { readonly name: string; readonly load: () => Promise<Bench> }[] = [
  { name: "guard", load: async () => (await import("./guard/guard.ts")).guard },
  { name: "revocation", load: async () => (await import("./revocation/revocation.ts")).revocation },
  { name: "tokens", load: async () => (await import("./tokens/tokens.ts")).tokens },
  {
    name: "jsonwebtoken",
    load: async () => (await import("./jsonwebtoken/jsonwebtoken.ts")).jsonwebtoken,
  },
  { name: "http", load: async () => (await import("./http/http.ts")).http },
  { name: "stores", load: async () => (await import("./stores/stores.ts")).stores },
  { name: "types", load: async () => (await import("./types/types.ts")).types },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    tiny: { type: "boolean", default: false },
    only: { type: "string" },
    results: { type: "string" },
  },
});
const effort = values.tiny ? efforts.tiny : values.quick ? efforts.quick : efforts.full;
const [name] = positionals;
const chosen = benches.find((bench) => bench.name === name);

if (chosen === undefined) {
  await printNames();
  if (name !== undefined) process.exitCode = 1;
} else {
  const bench = await chosen.load();
  const measured = await bench.run({ effort, only: values.only ?? null });
  const report = effort.name === "tiny" ? { ...measured, targets: [] } : measured;
  printReport(report);
  // What was run in part does not replace what was run in whole, unless somebody says where to.
  const folder =
    values.results ??
    (values.only === undefined ? new URL("results", import.meta.url).pathname : null);
  if (folder !== null) console.log(`\nwritten: ${writeReport(report, effort, folder)}`);
}

async function printNames(): Promise<void> {
  console.log("npm run bench -- NAME [--quick] [--only TEXT] [--results FOLDER]\n");
  for (const { name, load } of benches) console.log(`  ${name.padEnd(14)}${(await load()).about}`);
}
