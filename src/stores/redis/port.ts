/** A Redis command as it goes over the wire, its name first and in lower case. */
export type Command = readonly string[];

/** What Redis answers: text, a whole number, nothing, or a list of these. */
export type Reply = string | number | null | readonly Reply[];

/** What the store needs of a Redis client, whichever library it is of. Never reads from a replica. */
export interface RedisPort {
  /** Sends a command to the primary that is responsible for `key`. */
  send(key: string, command: Command): Promise<Reply>;

  /**
   * Sends two commands to that primary, the second right after the first on the same connection, and answers both
   * replies. Rejects with the first error. The second may lack a key.
   */
  sendBoth(key: string, first: Command, second: Command): Promise<readonly [Reply, Reply]>;

  /**
   * Calls `listener` for each message of a channel, on a connection of its own that is made again when it is lost;
   * what was published meanwhile is lost.
   */
  subscribe(channel: string, listener: () => void): Subscription;
}

export interface Subscription {
  /** Resolves when messages come; rejects when none will. */
  readonly ready: Promise<unknown>;
  /** Ends it, also before it is ready. */
  stop(): Promise<void>;
}

/** Whether a node of a cluster says that another one is responsible by now. Then it has done nothing. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK) /.test(error.message);
}
