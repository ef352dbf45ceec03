import { Buffer } from "node:buffer";
import { inspect, isDeepStrictEqual } from "node:util";

/**
 * Throws an `Error` of one line unless the values are deeply equal; `what` says what was looked at when the
 * name of the case does not.
 */
export function same(actual: unknown, expected: unknown, what?: string): void {
  const difference = differenceOf(plain(actual), plain(expected), "");
  if (difference === null) return;
  const { path, got, wanted } = difference;
  const where = [what, path === "" ? undefined : path].filter((part) => part !== undefined);
  throw new Error(
    where.length === 0
      ? `got ${show(got)}`
      : `${where.join(": ")}: got ${show(got)}, expected ${show(wanted)}`,
  );
}

/** Throws an `Error` of one line unless it holds. */
export function holds(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** How many of the values are so. */
export function count<T>(values: readonly T[], is: (value: T) => boolean): number {
  return values.filter(is).length;
}

/** Starts sixteen calls at once and waits for all. */
export function sixteen<T>(call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 16 }, (_, index) => call(index)));
}

interface Difference {
  readonly path: string;
  readonly got: unknown;
  readonly wanted: unknown;
}

function differenceOf(got: unknown, wanted: unknown, path: string): Difference | null {
  if (isDeepStrictEqual(got, wanted)) return null;
  if (isObject(got) && isObject(wanted) && Array.isArray(got) === Array.isArray(wanted)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      const inner = differenceOf(
        Object.hasOwn(got, key) ? got[key] : undefined,
        Object.hasOwn(wanted, key) ? wanted[key] : undefined,
        `${path}[${show(key)}]`,
      );
      if (inner !== null) return inner;
    }
  }
  return { path, got, wanted };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Without what does not matter: prototypes of rows, kinds of byte arrays, order in a map. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function show(value: unknown): string {
  const text = inspect(value, { breakLength: Infinity, compact: true, depth: 4 });
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
