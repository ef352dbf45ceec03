import { isBuiltin } from "node:module";
import { readImports } from "../../tools/imports.ts";
import type { LayerRule, PackageRule, Reach } from "./rules.ts";
import { type SourceFile, fileImports, layerOf, packageImports } from "./source-files.ts";

/** One line for a person who just broke a rule: which file, what it imports, which rule. */
export type Violation = string;

/** Imports between files that the layer table does not allow. */
export function layerViolations(
  files: readonly SourceFile[],
  layers: Readonly<Record<string, LayerRule>>,
  layersOfStrangers: readonly string[],
): Violation[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path);
    const rule = layers[layer];
    if (rule === undefined) return [`${file.path} is in no layer: add src/${layer} to the table`];
    return fileImports(file).flatMap(({ target, kind }) => {
      if (!target.startsWith("src/")) return [`${file.path} imports ${target}, outside src`];
      if (/\.test\.tsx?$/.test(target)) return [`${file.path} imports ${target}, a test`];
      const ownLayer = layerOf(target) === layer;
      const own = layersOfStrangers.includes(layer)
        ? capabilityOf(target) === capabilityOf(file.path)
        : ownLayer;
      if (own) return [];
      const reach = reachOf(rule, target);
      if (reach === "values" || (reach === "types" && kind === "types")) return [];
      return [`${file.path} imports ${target}${asWhat(kind, reach)}: ${describeRule(layer, rule)}`];
    });
  });
}

/** Imports that are computed at run time, so that nobody can tell what they load. */
export function computedImports(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    readImports(file.text).some(({ specifier }) => specifier === null)
      ? [
          `${file.path} computes what it imports: name the module, so that its imports can be checked`,
        ]
      : [],
  );
}

/** Imports of packages, and of reserved modules of Node, that the tables do not allow. */
export function packageViolations(
  files: readonly SourceFile[],
  packages: Readonly<Record<string, PackageRule>>,
  reservedBuiltins: Readonly<Record<string, readonly string[]>>,
): Violation[] {
  return files.flatMap((file) =>
    packageImports(file).flatMap(({ packageName, kind }) => {
      const says = `${file.path} imports ${packageName}`;
      if (isBuiltin(packageName)) {
        if (!packageName.startsWith("node:")) return [`${says}: write node:${packageName}`];
        const allowed = reservedBuiltins[packageName];
        if (allowed === undefined || isAmong(file, allowed)) return [];
        return [`${says}: only ${allowed.join(", ") || "no file"} may`];
      }
      const rule = Object.hasOwn(packages, packageName) ? packages[packageName] : undefined;
      if (rule === undefined) return [`${says}: it is not in the table of packages`];
      if (isAmong(file, rule.anyhowIn ?? [])) return [];
      if (!isAmong(file, rule.importedBy))
        return [`${says}: only ${rule.importedBy.join(", ")} may`];
      if (kind === "types" || rule.how === "static" || rule.how === kind) return [];
      return [`${says} at ${kind === "lazy" ? "run time" : "start"}: allowed is ${rule.how} only`];
    }),
  );
}

/** Each circle of files that load each other, once, as the path around it. */
export function importCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      fileImports(file).flatMap(({ kind, target }) => (kind === "types" ? [] : [target])),
    ]),
  );
  const done = new Set<string>();
  const cycles: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push(`a cycle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start !== -1 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

/** What a rule allows for a path: the entry that names it or the nearest folder above it. */
function reachOf(rule: LayerRule, target: string): Reach | undefined {
  const path = target.replace(/^src\//, "").replace(/\.tsx?$/, "");
  const [nearest] = Object.entries(rule)
    .filter(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))
    .sort(([a], [b]) => b.length - a.length);
  return nearest?.[1];
}

/** `src/adapters/express.ts` and `src/adapters/express/body.ts` are both `express`. */
function capabilityOf(path: string): string {
  return path
    .split("/")
    .slice(1, 3)
    .join("/")
    .replace(/\.tsx?$/, "");
}

function isAmong(file: SourceFile, allowed: readonly string[]): boolean {
  return allowed.some((path) =>
    path.endsWith("/") ? file.path.startsWith(`src/${path}`) : file.path === `src/${path}`,
  );
}

function asWhat(kind: string, reach: Reach | undefined): string {
  return reach === "types" && kind !== "types" ? " as a value" : "";
}

function describeRule(layer: string, rule: LayerRule): string {
  const allowed = Object.entries(rule).map(([path, reach]) =>
    reach === "types" ? `types of ${path}` : path,
  );
  const who = layer === "." ? "the top files" : layer;
  return `${who} may import ${allowed.join(", ") || "no other layer"}`;
}
