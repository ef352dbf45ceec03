import { randomUUID } from "node:crypto";
import { within } from "../sql/within.ts";
import { namedQuery, plainQuery, type PostgresPool } from "./connection.ts";

/** What is needed of a client of `pg` to listen. */
interface ListeningClient {
  connect?(): Promise<unknown>;
  query(query: ReturnType<typeof plainQuery>): Promise<unknown>;
  on(event: "notification", listener: (message: { readonly payload?: string }) => void): unknown;
  on(event: "error" | "end", listener: () => void): unknown;
  unref?(): void;
  end?(): Promise<void>;
  release?(destroy: boolean): void;
}

const connectMs = 2_000;
const probeMs = 1_000;
/** How often a silent connection is asked whether it is still there: a broken one tells nobody. */
const aliveMs = 30_000;
const longestPauseMs = 30_000;

/**
 * `LISTEN` on a connection of its own, shared by all listeners and opened again when it is lost. A pooler that
 * gives each transaction another server connection swallows notifications in silence, so one is sent through the pool
 * first; if it does not arrive, there are no hints, and a warning says so.
 */
export class PostgresHints {
  readonly #pool: PostgresPool;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  #client: ListeningClient | null = null;
  #starting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = 500;
  #probed = Promise.withResolvers<void>();
  #probe = "";

  constructor(pool: PostgresPool, channel: string) {
    this.#pool = pool;
    this.#channel = channel;
  }

  async add(listener: () => void): Promise<() => Promise<void>> {
    const own = (): void => listener();
    this.#listeners.add(own);
    this.#starting ??= this.#start();
    await this.#starting;
    return async () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) await this.close();
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#schedule(null);
    this.#starting = null;
    await this.#drop();
  }

  async #start(): Promise<void> {
    try {
      const client = await this.#connect();
      this.#client = client;
      // Whoever wanted it may have gone while it was being opened.
      if (this.#listeners.size === 0) return await this.#drop();
      const lost = (): void => {
        if (this.#client === client) this.#again();
      };
      client.on("error", lost);
      client.on("end", lost);
      client.on("notification", ({ payload }) => {
        if (payload === this.#probe) this.#probed.resolve();
        else this.#tell();
      });
      await within(connectMs, "LISTEN", client.query(plainQuery(`listen "${this.#channel}"`)));
      const arrives = await this.#arrives();
      // Lost or let go meanwhile: that says nothing of notifications, and whoever noticed has done what is to be done.
      if (this.#client !== client) return;
      if (!arrives) {
        process.emitWarning(
          "postgresStore: notifications do not arrive (a transaction pooler?); revocations are still found by asking, every half second",
          { code: "SYMBOLON_NO_HINTS" },
        );
        await this.#drop();
        return;
      }
      this.#pauseMs = 500;
      this.#keepAlive(client);
      // What was logged while nobody listened.
      this.#tell();
    } catch {
      this.#again();
    }
  }

  /** From the pool's options where it shows them, so that none of its own connections is taken for good. */
  async #connect(): Promise<ListeningClient> {
    const Client: unknown = Reflect.get(this.#pool, "Client");
    if (typeof Client !== "function") {
      const client: unknown = await within(connectMs, "connecting", this.#pool.connect(), (late) =>
        late.release(),
      );
      return client as ListeningClient;
    }
    const client = Reflect.construct(Client, [
      Reflect.get(this.#pool, "options"),
    ]) as ListeningClient;
    // Before it is connected: an error that nobody listens for ends the process.
    client.on("error", () => {});
    try {
      await within(connectMs, "connecting", Promise.resolve(client.connect?.()));
    } catch (error) {
      void client.end?.().catch(() => {});
      throw error;
    }
    // What only makes things fast keeps no process alive.
    client.unref?.();
    return client;
  }

  async #arrives(): Promise<boolean> {
    this.#probe = randomUUID();
    this.#probed = Promise.withResolvers();
    await this.#pool.query(namedQuery("select pg_notify($1, $2)", [this.#channel, this.#probe]));
    return within(probeMs, "a notification", this.#probed.promise).then(
      () => true,
      () => false,
    );
  }

  #keepAlive(client: ListeningClient): void {
    this.#schedule(aliveMs, () => {
      within(connectMs, "a sign of life", client.query(plainQuery("select 1"))).then(
        () => this.#keepAlive(client),
        () => this.#again(),
      );
    });
  }

  #again(): void {
    void this.#drop();
    if (this.#listeners.size === 0) return;
    this.#schedule(this.#pauseMs, () => void this.#start());
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client?.release !== undefined) client.release(true);
    else await client?.end?.().catch(() => {});
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** One timer for all, which does not keep the process alive. */
  #schedule(ms: number | null, task?: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = ms === null || task === undefined ? null : setTimeout(task, ms).unref();
  }
}
