import { pathToFileURL } from "node:url";
import { join } from "node:path";

/** The real code that a world is made of, from the sources or from a deliberately broken copy of them. */
export interface EngineParts {
  readonly AuthError: (typeof import("../../../src/core/errors.ts"))["AuthError"];
  readonly createEventHub: (typeof import("../../../src/core/events.ts"))["createEventHub"];
  readonly memoryStore: (typeof import("../../../src/stores/memory.ts"))["memoryStore"];
  readonly RevocationLog: (typeof import("../../../src/core/revocation/revocation-log.ts"))["RevocationLog"];
  readonly StoreTime: (typeof import("../../../src/core/revocation/store-time.ts"))["StoreTime"];
  readonly resolveRevocationOptions: (typeof import("../../../src/core/revocation/options.ts"))["resolveRevocationOptions"];
  readonly resolveSessionOptions: (typeof import("../../../src/core/sessions/options.ts"))["resolveSessionOptions"];
  readonly createSessionCache: (typeof import("../../../src/core/sessions/session-cache.ts"))["createSessionCache"];
  readonly createSessionResumer: (typeof import("../../../src/core/sessions/resume.ts"))["createSessionResumer"];
}

const modules = [
  "core/errors.ts",
  "core/events.ts",
  "stores/memory.ts",
  "core/revocation/revocation-log.ts",
  "core/revocation/store-time.ts",
  "core/revocation/options.ts",
  "core/sessions/options.ts",
  "core/sessions/session-cache.ts",
  "core/sessions/resume.ts",
];

/** Loads them from a folder like `src`. */
export async function loadParts(source: string): Promise<EngineParts> {
  const loaded = await Promise.all(
    modules.map((module) => import(pathToFileURL(join(source, module)).href) as Promise<object>),
  );
  return Object.assign({}, ...loaded) as EngineParts;
}
