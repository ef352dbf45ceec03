/** The cookies of a browser, as far as these tests need them: one origin, one path. */
export class Jar {
  readonly #values: Map<string, string>;

  constructor(values: ReadonlyMap<string, string> = new Map()) {
    this.#values = new Map(values);
  }

  /** Whoever copies it has all that its owner has at this moment. */
  copy(): Jar {
    return new Jar(this.#values);
  }

  /** What a request sends. */
  get header(): string {
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Takes what an answer sets, and drops what it takes away. */
  take(fields: readonly string[]): void {
    for (const field of fields) {
      const [pair = "", ...attributes] = field.split("; ");
      const equals = pair.indexOf("=");
      const name = pair.slice(0, equals);
      if (attributes.includes("Max-Age=0")) this.#values.delete(name);
      else this.#values.set(name, pair.slice(equals + 1));
    }
  }
}
