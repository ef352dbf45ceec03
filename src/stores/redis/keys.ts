/**
 * The names of a partition's keys. All carry its hash tag, so they are in one slot of a cluster. Those of sessions are as short
 * as can be: with the prefix `sym` and a user id of 22 characters they have 30, the last length that Redis keeps in 32 bytes.
 */
export class PartitionKeys {
  readonly partition: number;
  readonly #base: string;
  /** What every script is given first, in this order; see `prelude` in `lua/prelude.ts`. */
  readonly common: readonly string[];

  constructor(prefix: string, partition: number) {
    this.partition = partition;
    this.#base = `{${prefix}:${partition.toString(16)}}`;
    this.common = [
      "head",
      "log",
      "log-due",
      "marks",
      "marks-due",
      "processes",
      "ids",
      "sweep",
      "scratch",
    ].map((name) => this.#named(name));
  }

  /** Holds in how many partitions the store is; of the first partition only. */
  get meta(): string {
    return this.#named("meta");
  }

  /** All of the partition's attempts. */
  get attempts(): string {
    return this.#named("attempts");
  }

  /** The keys that processes share; of the first partition only. */
  get keyRing(): string {
    return this.#named("key-ring");
  }

  get processes(): string {
    return this.#named("processes");
  }

  /** While a tenant's or everybody's ended sessions are still to be removed: the highest mark that ends them. */
  get sweep(): string {
    return this.#named("sweep");
  }

  /** The colon keeps them apart from the keys of sessions and users, whatever an id is. */
  #named(name: string): string {
    return `${this.#base}:${name}`;
  }

  session(id: string): string {
    return `${this.#base}s${escapeText(id)}`;
  }

  data(id: string): string {
    return `${this.#base}d${escapeText(id)}`;
  }

  user(id: string): string {
    return `${this.#base}u${escapeText(id)}`;
  }
}

const plain = /^[!-$&-~]*$/;

/**
 * Text as printable ASCII without blanks, one to one: scripts can take apart what is joined by blanks and line ends, and
 * a lone surrogate, which UTF-8 cannot say, stays itself.
 */
export function escapeText(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(
    /[^!-$&-~]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What `escapeText` was given. */
export function unescapeText(escaped: string): string {
  if (!escaped.includes("%")) return escaped;
  return escaped.replaceAll(/%([0-9a-f]{4})/g, (_, unit: string) =>
    String.fromCharCode(Number.parseInt(unit, 16)),
  );
}
