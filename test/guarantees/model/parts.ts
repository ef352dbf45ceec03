import type * as errors from "../../../src/core/errors.ts";
import type * as events from "../../../src/core/events.ts";
import type * as memory from "../../../src/stores/memory.ts";
import type * as log from "../../../src/core/revocation/revocation-log.ts";
import type * as time from "../../../src/core/revocation/store-time.ts";
import type * as view from "../../../src/core/revocation/view.ts";
import type * as revocationOptions from "../../../src/core/revocation/options.ts";
import type * as bindings from "../../../src/core/sessions/bindings.ts";
import type * as sessionOptions from "../../../src/core/sessions/options.ts";
import type * as cache from "../../../src/core/sessions/session-cache.ts";
import type * as directory from "../../../src/core/sessions/session-directory.ts";
import type * as resume from "../../../src/core/sessions/resume.ts";
import type * as sessions from "../../../src/core/sessions/sessions.ts";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

/** The real code that a world is made of, from the sources or from a deliberately broken copy of them. */
export interface EngineParts {
  readonly AuthError: (typeof errors)["AuthError"];
  readonly createEventHub: (typeof events)["createEventHub"];
  readonly memoryStore: (typeof memory)["memoryStore"];
  readonly RevocationLog: (typeof log)["RevocationLog"];
  readonly RevocationView: (typeof view)["RevocationView"];
  readonly StoreTime: (typeof time)["StoreTime"];
  readonly resolveRevocationOptions: (typeof revocationOptions)["resolveRevocationOptions"];
  readonly resolveSessionOptions: (typeof sessionOptions)["resolveSessionOptions"];
  readonly createBindings: (typeof bindings)["createBindings"];
  readonly createSessionCache: (typeof cache)["createSessionCache"];
  readonly createSessionDirectory: (typeof directory)["createSessionDirectory"];
  readonly createSessionResumer: (typeof resume)["createSessionResumer"];
  readonly createSessions: (typeof sessions)["createSessions"];
}

const modules = [
  "core/errors.ts",
  "core/events.ts",
  "stores/memory.ts",
  "core/revocation/revocation-log.ts",
  "core/revocation/view.ts",
  "core/revocation/store-time.ts",
  "core/revocation/options.ts",
  "core/sessions/bindings.ts",
  "core/sessions/options.ts",
  "core/sessions/session-cache.ts",
  "core/sessions/session-directory.ts",
  "core/sessions/resume.ts",
  "core/sessions/sessions.ts",
];

/** Loads them from a folder like `src`. */
export async function loadParts(source: string): Promise<EngineParts> {
  const loaded = await Promise.all(
    modules.map((module) => import(pathToFileURL(join(source, module)).href) as Promise<object>),
  );
  return Object.assign({}, ...loaded) as EngineParts;
}
