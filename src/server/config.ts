import { dirname, join } from "node:path";
import type { Strategy } from "../core/options.ts";
import type { TrustProxyOption } from "../http/client-address.ts";
import { presets, type Presets } from "../presets.ts";
import { parseStoreAddresses } from "./store-address.ts";

/** Where and how the standalone server runs, settled once at start. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly production: boolean;
  /** Such as `sqlite:./data/symbolon.db`; a pair puts the sessions on the first and the accounts on the second. */
  readonly store: string;
  /** Whether a PostgreSQL or MySQL database is brought up to date at start. */
  readonly autoMigrate: boolean;
  /** Null in development: a secret is made and kept beside the database. */
  readonly secret: string | readonly string[] | null;
  readonly secretFile: string;
  readonly baseUrl: string | null;
  readonly trustProxy: TrustProxyOption;
  /** What clients hold; the preset's, where there is one. */
  readonly strategy: Strategy;
  readonly preset: keyof Presets | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const defaultStore = "sqlite:./data/symbolon.db";

/**
 * Reads the settings from environment variables.
 * @throws TypeError with a sentence for the operator
 */
export function readServerConfig(environment: Environment): ServerConfig {
  const setting = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const production = setting("NODE_ENV") === "production";
  const store = setting("SYMBOLON_STORE") ?? defaultStore;
  const secret = setting("SYMBOLON_SECRET");
  if (production && secret === undefined) {
    throw new TypeError(
      "SYMBOLON_SECRET is missing. In production it must be set: at least 32 unpredictable bytes, for example from `openssl rand -base64 32`.",
    );
  }
  const preset = toPreset(setting("SYMBOLON_PRESET"));
  return {
    // In development nobody else on the network is meant to reach it.
    host: setting("HOST") ?? (production ? "0.0.0.0" : "127.0.0.1"),
    port: toPort(setting("PORT") ?? "3000"),
    production,
    store,
    // In production whoever may change tables is not who serves requests, and when is the operator's decision.
    autoMigrate:
      toBoolean("SYMBOLON_AUTO_MIGRATE", setting("SYMBOLON_AUTO_MIGRATE")) ?? !production,
    secret: secret === undefined ? null : secretList(secret),
    secretFile: join(dataFolder(store), "secret"),
    baseUrl: setting("SYMBOLON_BASE_URL") ?? null,
    trustProxy: toTrustProxy(setting("SYMBOLON_TRUST_PROXY")),
    strategy: toStrategy(setting("SYMBOLON_STRATEGY"), preset),
    preset,
  };
}

/** A comma separates secrets: the first signs, all verify. */
function secretList(secret: string): readonly string[] {
  return secret.split(",").map((each) => each.trim());
}

const strategies: readonly Strategy[] = ["session", "hybrid", "jwt"];
const presetNames = Object.keys(presets) as readonly (keyof Presets)[];

function toPreset(text: string | undefined): keyof Presets | null {
  return text === undefined ? null : oneOf(presetNames, "SYMBOLON_PRESET", text);
}

/** Another strategy would take from a preset what it promises: with `jwt`, for one, no session ends by idling. */
function toStrategy(text: string | undefined, preset: keyof Presets | null): Strategy {
  const given = text === undefined ? null : oneOf(strategies, "SYMBOLON_STRATEGY", text);
  if (preset === null) return given ?? "session";
  const { strategy } = presets[preset];
  if (given === null || given === strategy) return strategy;
  throw new TypeError(
    `SYMBOLON_PRESET=${preset} has the strategy "${strategy}"; leave SYMBOLON_STRATEGY out, or the preset`,
  );
}

function oneOf<Name extends string>(names: readonly Name[], setting: string, text: string): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  const known = names.map((name) => JSON.stringify(name)).join(", ");
  throw new TypeError(`${setting} must be one of ${known}; got ${JSON.stringify(text)}`);
}

function toBoolean(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") {
    throw new TypeError(`${name} must be "true" or "false"; got ${JSON.stringify(text)}`);
  }
  return text === "true";
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`PORT must be a number from 0 to 65535; got ${JSON.stringify(text)}`);
  }
  return port;
}

function toTrustProxy(text: string | undefined): TrustProxyOption {
  if (text === undefined) return false;
  return /^\d+$/.test(text) ? Number(text) : text.split(",").map((each) => each.trim());
}

/** The folder of the first database that is a file. */
function dataFolder(store: string): string {
  for (const address of parseStoreAddresses(store)) {
    if (address.kind === "sqlite" && address.path !== ":memory:") return dirname(address.path);
  }
  return "./data";
}
