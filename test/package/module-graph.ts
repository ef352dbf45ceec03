import { execFileSync } from "node:child_process";

/** For each module that was loaded, by URL: the module that loaded it first. */
export type ModuleGraph = ReadonlyMap<string, string>;

const recorder = new URL("record-module-graph.ts", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).href;

/** Loads a module in a fresh process and answers all modules that this loads. */
export function moduleGraphOf(specifier: string): ModuleGraph {
  const output = execFileSync(
    process.execPath,
    ["--conditions=symbolon:source", recorder, specifier],
    { cwd: new URL(root).pathname, encoding: "utf8" },
  );
  const loads = JSON.parse(output) as readonly (readonly [by: string, url: string])[];
  const graph = new Map<string, string>();
  for (const [by, url] of loads) if (!graph.has(url)) graph.set(url, by);
  return graph;
}

/** The modules that a pattern finds, each as the chain of loads that leads to it. */
export function chainsTo(graph: ModuleGraph, pattern: RegExp): string[] {
  return [...graph.keys()].filter((url) => pattern.test(url)).map((url) => chainTo(graph, url));
}

function chainTo(graph: ModuleGraph, url: string): string {
  const chain = [url];
  for (let by = graph.get(url); by !== undefined && !chain.includes(by); by = graph.get(by)) {
    chain.unshift(by);
  }
  return chain
    .filter((module) => module !== "" && !module.endsWith("/record-module-graph.ts"))
    .map((module) => module.replace(root, ""))
    .join(" -> ");
}
