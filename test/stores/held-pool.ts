/** A point at which a statement is held up. */
export interface Hold {
  /** Resolves when the first statement that fits is held. */
  readonly reached: Promise<void>;
  /** Lets it go, and all that follow. */
  readonly release: () => void;
  /** The pool whose statements are held. */
  readonly wrap: (pool: object) => object;
}

/** Holds the statement of a pool's connections that fits the pattern, before or after the database has run it. */
export function hold(when: "before" | "after", pattern: RegExp): Hold {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const wrap = (pool: object): object =>
    overriding(pool, async (name, call, text) => {
      if (name === "connect" || name === "getConnection") {
        const connection = await call();
        return typeof connection === "object" && connection !== null
          ? wrap(connection)
          : connection;
      }
      const held = pattern.test(text);
      const wait = async (): Promise<void> => {
        reached.resolve();
        await released.promise;
      };
      if (held && when === "before") await wait();
      const answer = await call();
      if (held && when === "after") await wait();
      return answer;
    });
  return { reached: reached.promise, release: released.resolve, wrap };
}

type Around = (name: string, call: () => Promise<unknown>, text: string) => Promise<unknown>;

const asked = ["connect", "getConnection", "query", "execute"];

/** The pool or connection, with something around what asks the database. */
export function overriding(target: object, around: Around): object {
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...input: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(value, target, input);
        if (!asked.includes(String(name))) return call();
        return around(String(name), async () => call(), textOf(input[0]));
      };
    },
  });
}

function textOf(query: unknown): string {
  if (typeof query !== "object" || query === null) return String(query);
  if ("text" in query) return String(query.text);
  return "sql" in query ? String(query.sql) : "";
}
