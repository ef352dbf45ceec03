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

  send(key: string, command: Command): Promise<Reply> {
    return this.#ready(() => this.#port.send(key, command));
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.#ready(() => this.#runner.run(script, keys, args));
  }

  runLasting(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.#ready(() => this.#runner.runLasting(script, keys, args));
  }

  subscribe(listener: () => void): Promise<() => Promise<void>> {
    return this.#ready(() => this.#hints.listen(listener));
  }

  /** Calls at once when the store is open: on the hot path another promise would cost as much as the parsing. */
  #ready<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (!this.#isOpen) return this.open().then(call);
    if (!this.mayEvict && performance.now() >= this.#checkAgainAt) {
      this.#checkAgainAt = performance.now() + checkRefusedEveryMs;
      void this.#checkBeside();
    }
    return this.#refused === null ? call() : Promise.reject(this.#refused);
  }

  async #openOnce(): Promise<void> {
    if (this.#isOpen) return;
    await this.#check();
    await openStore(this.#runner, this.partitions);
    this.#isOpen = true;
  }

  async #check(): Promise<void> {
    if (this.mayEvict) return;
    await refuseEviction(this.#port, this.partitions);
    this.#refused = null;
    this.#checkAgainAt = performance.now() + checkEveryMs;
  }

  /** Looks again now and then, beside a call, whether the server still keeps what it is given. */
  async #checkBeside(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      // A server that does not answer fails the call itself; nothing was learnt about its policy.
      if (error instanceof EvictionRefused) this.#refused = error;
    }
  }
}
