import { Hints } from "./hints.ts";
import { EvictionRefused, openStore, refuseEviction } from "./opening.ts";
import type { Partitions } from "./partitions.ts";
import type { Command, RedisPort, Reply } from "./port.ts";
import { ScriptRunner, type Script } from "./script.ts";

const checkEveryMs = 60_000;
const checkRefusedEveryMs = 5_000;

export interface ConnectionOptions {
  readonly channel: string;
  readonly waitForReplica: boolean;
  /** Whether keys may vanish by themselves, so that no answer may rest on one that is not there. */
  readonly mayEvict: boolean;
}

/**
 * What the slices work with. Whichever call is the first opens the store, so that slices which were taken out of it and
 * mixed with those of another store need no `open` of theirs.
 */
export class Connection {
  readonly partitions: Partitions;
  /** Where hints are published. */
  readonly channel: string;
  readonly mayEvict: boolean;
  readonly #port: RedisPort;
  readonly #runner: ScriptRunner;
  readonly #hints: Hints;
  #opening: Promise<void> | null = null;
  #isOpen = false;
  #refused: EvictionRefused | null = null;
  #checkAgainAt = 0;

  constructor(port: RedisPort, partitions: Partitions, options: ConnectionOptions) {
    this.partitions = partitions;
    this.channel = options.channel;
    this.mayEvict = options.mayEvict;
    this.#port = port;
    this.#runner = new ScriptRunner(port, options.waitForReplica);
    this.#hints = new Hints((listener) => port.subscribe(options.channel, listener));
  }

  /** Creates the store if it is new, checks it and the server otherwise. */
  open(): Promise<void> {
    this.#opening ??= this.#openOnce().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Lets go of the connection for hints; the client itself is the application's. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#hints.close();
  }

  async send(key: string, command: Command): Promise<Reply> {
    if (!this.#isReady()) await this.open();
    return this.#port.send(key, command);
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    if (!this.#isReady()) await this.open();
    return this.#runner.run(script, keys, args);
  }

  async runLasting(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<Reply> {
    if (!this.#isReady()) await this.open();
    return this.#runner.runLasting(script, keys, args);
  }

  async subscribe(listener: () => void): Promise<() => Promise<void>> {
    if (!this.#isReady()) await this.open();
    return this.#hints.listen(listener);
  }

  async #openOnce(): Promise<void> {
    if (this.#isOpen) return;
    await this.#check();
    await openStore(this.#runner, this.partitions);
    this.#isOpen = true;
  }

  /** Whether the store is open; looks again now and then, beside the call, whether the server still keeps what it is given. */
  #isReady(): boolean {
    if (!this.#isOpen) return false;
    if (!this.mayEvict && performance.now() >= this.#checkAgainAt) {
      this.#checkAgainAt = performance.now() + checkRefusedEveryMs;
      void this.#checkBeside();
    }
    if (this.#refused !== null) throw this.#refused;
    return true;
  }

  async #check(): Promise<void> {
    if (this.mayEvict) return;
    await refuseEviction(this.#port, this.partitions);
    this.#refused = null;
    this.#checkAgainAt = performance.now() + checkEveryMs;
  }

  async #checkBeside(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      // A server that does not answer fails the call itself; nothing was learnt about its policy.
      if (error instanceof EvictionRefused) this.#refused = error;
    }
  }
}
