/** The names of a partition's keys. All carry its hash tag, so they are in one slot of a cluster. */
export class PartitionKeys {
  readonly partition: number;
  readonly #base: string;
  /** What every script is given first, in this order; see `prelude` in `lua/prelude.ts`. */
  readonly common: readonly string[];

  constructor(prefix: string, partition: number) {
    this.partition = partition;
    this.#base = `{${prefix}:${String(partition).padStart(2, "0")}}:`;
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
    ].map((name) => this.#base + name);
  }

  /** Holds in how many partitions the store is; of the first partition only. */
  get meta(): string {
    return `${this.#base}meta`;
  }

  /** All of the partition's attempts. */
  get attempts(): string {
    return `${this.#base}attempts`;
  }

  /** The keys that processes share; of the first partition only. */
  get keyRing(): string {
    return `${this.#base}key-ring`;
  }

  get processes(): string {
    return `${this.#base}processes`;
  }

  /** While a tenant's or everybody's ended sessions are still to be removed: the highest mark that ends them. */
  get sweep(): string {
    return `${this.#base}sweep`;
  }

  session(id: string): string {
    return `${this.#base}s:${escapeText(id)}`;
  }

  data(id: string): string {
    return `${this.#base}d:${escapeText(id)}`;
  }

  user(id: string): string {
    return `${this.#base}u:${escapeText(id)}`;
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
