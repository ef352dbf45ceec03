import type { Store } from "./ports.ts";

/** The store that made a slice, wherever the slice was put. */
export interface SliceOrigin {
  readonly name: string;
  readonly durable: boolean;
  readonly partitions: number;
  /** Whether its slices work without its `open` having been called. */
  readonly opensItself: boolean;
}

// Registered and enumerable: it outlives a copy of the slice by `{ ...slice }`, and a second copy of this module.
const key: unique symbol = Symbol.for("symbolon.origin");

const signed = [
  "sessions",
  "revocation",
  "keys",
  "users",
  "credentials",
  "attempts",
  "open",
] as const;

/**
 * Marks the slices of a store, and its `open`, with where they are from, so that a mixture of two stores is noticed
 * whatever way it was made.
 */
export function signSlices<Signed extends Store>(
  store: Signed,
  { opensItself }: Pick<SliceOrigin, "opensItself">,
): Signed {
  const { name, durable, partitions } = store.traits;
  const origin: SliceOrigin = Object.freeze({ name, durable, partitions, opensItself });
  for (const name of signed) {
    const part: unknown = Reflect.get(store, name);
    if (isObject(part)) Reflect.set(part, key, origin);
  }
  return store;
}

/** Where a slice, or the function `open`, is from; null for what an application made itself. */
export function originOf(part: unknown): SliceOrigin | null {
  if (!isObject(part)) return null;
  return (Reflect.get(part, key) as SliceOrigin | undefined) ?? null;
}

function isObject(part: unknown): part is object {
  return (typeof part === "object" && part !== null) || typeof part === "function";
}
