/**
 * The architecture as tables. `ARCHITECTURE.md` says it in words, `architecture.test.ts` holds the sources to it.
 * A rule that stands in the way is changed here, in a commit that says why.
 */

/** `types`: only `import type`, gone after compilation. `values`: anything. */
export type Reach = "types" | "values";

/** For a layer: what its files may import besides each other, by path below `src`, without the ending. */
export type LayerRule = Readonly<Record<string, Reach>>;

const everyLayerBut = (...excluded: readonly string[]): LayerRule =>
  Object.fromEntries(
    [
      "index",
      "auth",
      "presets",
      "util",
      "core",
      "http",
      "stores",
      "adapters",
      "compat",
      "legacy",
      "client",
      "testing",
    ]
      .concat("server", "lab", "cli")
      .filter((layer) => !excluded.includes(layer))
      .map((layer) => [layer, "values"]),
  );

/** The folders of `src`, and its top files, which together make the one layer `.`. */
export const layers: Readonly<Record<string, LayerRule>> = {
  ".": { core: "values", http: "values", util: "values" },
  util: {},
  core: { util: "values" },
  http: { core: "values", util: "values" },
  // Where a user's sessions are is decided in one place, for the engine and for stores of several partitions.
  // And each signs its slices, so that mixtures are noticed.
  stores: {
    core: "types",
    util: "values",
    "core/revocation/partition": "values",
    "core/slice-origin": "values",
  },
  // `Auth` is what an adapter is handed; `AuthError` is how everybody says no, also an application's own route.
  adapters: {
    http: "values",
    core: "types",
    auth: "types",
    "core/errors": "values",
    "adapters/node": "values",
  },
  // A drop-in replacement reads and signs what others made, with the same careful pieces as the engine.
  compat: {
    core: "values",
    http: "values",
    util: "values",
    auth: "types",
    "adapters/node": "values",
  },
  // Speaks to the libraries that it is handed, and imports none of them.
  legacy: {
    core: "values",
    http: "types",
    util: "values",
    "http/cookies": "values",
    "http/headers": "values",
  },
  client: { "http/wire": "types" },
  // Runs in browsers and workers, so it takes nothing that needs Node (`test/package/runs-anywhere.test.ts`).
  // It follows the log as every process does, and its calls of a store have the same deadlines.
  tokens: {
    "core/access-tokens": "values",
    "core/revocation": "values",
    "core/errors": "values",
    "core/guarded-store": "values",
    core: "types",
    util: "values",
  },
  testing: { core: "values", util: "values", "stores/memory": "values" },
  server: everyLayerBut("server", "cli"),
  // Its columns are written as users would write them, by Symbolon's public names.
  lab: everyLayerBut("lab", "cli"),
  cli: { server: "values", lab: "values", core: "values", stores: "values" },
};

/** The only files directly in `src`. */
export const topFiles: readonly string[] = ["src/auth.ts", "src/index.ts", "src/presets.ts"];

/** Layers whose files are strangers to each other: each is one capability with its own name. */
export const layersOfStrangers: readonly string[] = ["adapters", "compat"];

export interface PackageRule {
  /** Files, or folders with a slash at their end, below `src`. */
  readonly importedBy: readonly string[];
  /** `types`: never at run time. `lazy`: `await import()` only, when its feature is used. `static`: anyhow. */
  readonly how: "types" | "lazy" | "static";
  /**
   * Files, or folders, that may import it anyhow although it is nobody's dependency: they are run in processes of
   * their own, which say what to install where it is missing.
   */
  readonly anyhowIn?: readonly string[];
}

/** The lab's columns are written as users would write them. */
const columns: readonly string[] = ["lab/columns/"];

/** Third-party packages. What is not here may not be imported by `src`. */
export const packages: Readonly<Record<string, PackageRule>> = {
  "@node-rs/argon2": { importedBy: ["core/passwords/argon2-hasher.ts"], how: "lazy" },
  "@node-rs/bcrypt": { importedBy: ["core/passwords/foreign/bcrypt-hash.ts"], how: "lazy" },
  "on-headers": { importedBy: ["adapters/node.ts", "adapters/node/", "compat/"], how: "static" },
  valibot: { importedBy: ["core/", "http/", "server/", "lab/"], how: "static" },
  express: {
    importedBy: ["adapters/express.ts", "adapters/express/", "compat/"],
    how: "types",
    anyhowIn: columns,
  },
  "express-session": { importedBy: ["compat/"], how: "types", anyhowIn: columns },
  jsonwebtoken: { importedBy: [], how: "types", anyhowIn: columns },
  "cookie-parser": { importedBy: [], how: "types", anyhowIn: columns },
  symbolon: { importedBy: [], how: "types", anyhowIn: columns },
  fastify: { importedBy: ["adapters/fastify.ts"], how: "types" },
  koa: { importedBy: ["adapters/koa.ts"], how: "types" },
  // Decorators do their work when a module is loaded, so these are needed at once; only by `symbolon/nest`.
  "@nestjs/common": { importedBy: ["adapters/nest.ts", "adapters/nest/"], how: "static" },
  "@nestjs/core": { importedBy: ["adapters/nest.ts", "adapters/nest/"], how: "static" },
  // The application's own, and never twice: its requests are known by what lies in its modules.
  next: { importedBy: ["adapters/next.ts", "adapters/next/"], how: "lazy" },
  hono: { importedBy: ["server/", "lab/", "adapters/hono.ts"], how: "static" },
  "@hono/node-server": { importedBy: ["server/", "lab/"], how: "static" },
  pino: { importedBy: ["server/", "lab/", "cli/"], how: "static" },
  // The application's own, absent where its databases are others.
  pg: { importedBy: ["server/drivers.ts"], how: "lazy" },
  mysql2: { importedBy: ["server/drivers.ts"], how: "lazy" },
  redis: { importedBy: ["server/drivers.ts"], how: "lazy" },
  // The application's own, too.
  react: { importedBy: ["client/react.ts"], how: "static" },
  citty: { importedBy: ["cli/"], how: "static" },
};

/** Node's own modules are free to import in all layers but these. */
export const reservedBuiltins: Readonly<Record<string, readonly string[]>> = {
  "node:sqlite": ["stores/sqlite.ts", "lab/columns/"],
  // `createRequire` and loader hooks load modules that no check here sees; these drivers are named beside it.
  // The lab's page takes from it what strips types.
  "node:module": ["server/drivers.ts", "lab/page-assets.ts"],
};

/** Words that, as the last of a file's name, say nothing about what it is for. */
export const emptyWords: readonly string[] = [
  "common",
  "helper",
  "helpers",
  "manager",
  "misc",
  "service",
  "util",
  "utils",
];

export const mostLinesOfAFile = 300;
export const mostLinesOfTheMedianFile = 130;
