import { isRedirection, type RedisPort, type Reply } from "./port.ts";

/** What is used of `Redis` and `Cluster` of the package `ioredis`. */
export interface IoredisClient {
  readonly isCluster: boolean;
  call(...command: never[]): Promise<unknown>;
  pipeline(commands: unknown[][]): { exec(): Promise<[Error | null, unknown][] | null> };
  duplicate(): unknown;
}

interface Client {
  readonly isCluster: boolean;
  readonly options: {
    readonly scaleReads?: unknown;
    readonly role?: unknown;
    readonly readOnly?: unknown;
  };
  call(...command: readonly string[]): Promise<Reply>;
  pipeline(commands: string[][]): { exec(): Promise<[Error | null, Reply][] | null> };
  duplicate(...overrides: readonly object[]): Subscriber;
}

interface Subscriber {
  on(event: string, listener: () => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): void;
}

/**
 * `ioredis` behind the port.
 * @throws TypeError for a client that reads from replicas.
 */
export function ioredisPort(given: IoredisClient): RedisPort {
  const client = given as unknown as Client;
  const { scaleReads = "master", role = "master", readOnly = false } = client.options;
  const setting = client.isCluster
    ? scaleReads !== "master" && "scaleReads"
    : (role !== "master" && "role") || (readOnly === true && "readOnly");
  if (setting !== false) {
    throw new TypeError(
      `redisStore: a client with \`${setting}\` reads from replicas, which may not know the latest revocations; give the store a client of its own without it`,
    );
  }
  return {
    send: (_key, command) => client.call(...command),

    async sendBoth(key, first, second) {
      // The way to send a command without a key, such as WAIT, to the node of a key.
      const send = (): Promise<[Error | null, Reply][] | null> =>
        client.pipeline([[...first], [...second]]).exec();
      let replies = await send();
      if (isRedirection(replies?.[0]?.[0])) {
        // Nothing was done there. One command by itself follows the redirection, and the client learns the new place by it.
        await client.call("exists", key);
        replies = await send();
      }
      return [replyOf(replies?.[0]), replyOf(replies?.[1])];
    },

    subscribe(channel, listener) {
      const subscriber = client.isCluster
        ? client.duplicate([], {})
        : client.duplicate({ maxRetriesPerRequest: null, enableOfflineQueue: true });
      // Without a listener an error event would end the process. The client reconnects and subscribes again by itself.
      subscriber.on("error", () => undefined);
      subscriber.on("message", listener);
      return {
        ready: subscriber.subscribe(channel),
        stop: async () => subscriber.disconnect(),
      };
    },
  };
}

function replyOf(result: readonly [Error | null, Reply] | undefined): Reply {
  const [error, reply] = result ?? [new Error("redisStore: the connection gave no reply"), null];
  if (error !== null) throw error;
  return reply;
}
