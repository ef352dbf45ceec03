import { createHash } from "node:crypto";
import type { Command, RedisPort, Reply } from "./port.ts";

/** A Lua script, and the digest by which Redis knows it once it has run. */
export interface Script {
  readonly text: string;
  readonly digest: string;
}

export function script(...parts: readonly string[]): Script {
  const text = parts.join("");
  return { text, digest: createHash("sha1").update(text).digest("hex") };
}

/** Long enough for a healthy replica; short, because the application's commands on that connection wait too. */
const replicaTimeoutMs = 500;

/** Runs scripts on the primary of their keys. */
export class ScriptRunner {
  readonly #port: RedisPort;
  readonly #waitForReplica: boolean;

  constructor(port: RedisPort, waitForReplica: boolean) {
    this.#port = port;
    this.#waitForReplica = waitForReplica;
  }

  /** Runs a script; all keys are of one slot. */
  run(which: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.#evaluate(which, keys, args, (key, command) => this.#port.send(key, command));
  }

  /**
   * Runs a script whose effect must not be lost by a failover: where `waitForReplica` was asked for, it answers when a
   * replica has the effect too.
   * @throws Error when no replica said so in time; whether the effect lasts is then not known.
   */
  runLasting(which: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    if (!this.#waitForReplica) return this.run(which, keys, args);
    return this.#evaluate(which, keys, args, async (key, command) => {
      const wait = ["wait", "1", String(replicaTimeoutMs)];
      const [reply, replicas] = await this.#port.sendBoth(key, command, wait);
      if (Number(replicas) < 1) {
        throw new Error(
          `redisStore: no replica acknowledged a write within ${replicaTimeoutMs} ms`,
        );
      }
      return reply;
    });
  }

  async #evaluate(
    which: Script,
    keys: readonly string[],
    args: readonly string[],
    send: (key: string, command: Command) => Promise<Reply>,
  ): Promise<Reply> {
    const [firstKey = ""] = keys;
    const input = [String(keys.length), ...keys, ...args];
    try {
      return await send(firstKey, ["evalsha", which.digest, ...input]);
    } catch (error) {
      // The server is new, was restarted, or forgot its scripts.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return send(firstKey, ["eval", which.text, ...input]);
    }
  }
}
