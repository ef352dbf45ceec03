import {
  isRedirection,
  type Command,
  type RedisPort,
  type Reply,
  type Subscription,
} from "./port.ts";

/** What is used of the clients that `createClient`, `createCluster` and `createSentinel` of the package `redis` make. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  sendCommand(...input: never[]): Promise<unknown>;
  duplicate(): unknown;
  subscribe(...input: never[]): Promise<unknown>;
  unsubscribe(...input: never[]): Promise<unknown>;
}

type Listener = () => void;

interface Single {
  sendCommand(args: Command, options?: object): Promise<Reply>;
  duplicate(): Subscriber;
}

interface Subscriber {
  on(event: "error", listener: Listener): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: Listener): Promise<unknown>;
  destroy(): unknown;
}

interface Cluster {
  sendCommand(key: string, readonly: false, args: Command, options?: object): Promise<Reply>;
  getNodeClientForKey(key: string, readonly: false): Promise<Single>;
  duplicate(): Subscriber;
}

interface Sentinel {
  sendCommand(readonly: false, args: Command): Promise<Reply>;
  multi(): Multi;
  withTypeMapping(mapping: object): Sentinel;
  duplicate(): Subscriber;
}

interface Multi {
  addCommand(readonly: false, args: Command): Multi;
  /** Sends them on one connection, though the client may have several. */
  execAsPipeline(): Promise<readonly Reply[]>;
}

/** Texts are texts, also where the application has its client answer buffers. */
const asText = { typeMapping: {} };

/** `redis` behind the port. */
export function nodeRedisPort(client: NodeRedisClient): RedisPort {
  if ("getNodeClientForKey" in client) return clusterPort(client as unknown as Cluster);
  if ("acquire" in client) return sentinelPort(client as unknown as Sentinel);
  return singlePort(client as unknown as Single);
}

function singlePort(client: Single): RedisPort {
  return {
    send: (_key, command) => client.sendCommand(command, asText),
    sendBoth: (_key, first, second) =>
      both((command) => client.sendCommand(command, asText), first, second),
    subscribe: (channel, listener) => subscribe(client.duplicate(), channel, listener),
  };
}

function clusterPort(cluster: Cluster): RedisPort {
  return {
    send: (key, command) => cluster.sendCommand(key, false, command, asText),

    async sendBoth(key, first, second) {
      // Not through the cluster: it sends what lacks a key to all nodes. A node has one connection.
      const node = await cluster.getNodeClientForKey(key, false);
      try {
        return await both((command) => node.sendCommand(command, asText), first, second);
      } catch (error) {
        if (!isRedirection(error)) throw error;
        // Nothing was done there; the cluster client learns the new place by being redirected.
        const reply = await cluster.sendCommand(key, false, first, asText);
        const next = await cluster.getNodeClientForKey(key, false);
        return [reply, await next.sendCommand(second, asText)];
      }
    },

    subscribe: (channel, listener) => subscribe(cluster.duplicate(), channel, listener),
  };
}

function sentinelPort(given: Sentinel): RedisPort {
  const sentinel = given.withTypeMapping(asText.typeMapping);
  return {
    send: (_key, command) => sentinel.sendCommand(false, command),

    async sendBoth(_key, first, second) {
      // Not by a lent connection: concurrent commands may have borrowed all of them for good.
      const pipeline = sentinel.multi().addCommand(false, first).addCommand(false, second);
      const [one = null, two = null] = await pipeline.execAsPipeline();
      return [one, two];
    },

    subscribe: (channel, listener) => subscribe(given.duplicate(), channel, listener),
  };
}

/** Both are written before either is answered, so nothing of this connection comes in between. */
async function both(
  send: (command: Command) => Promise<Reply>,
  first: Command,
  second: Command,
): Promise<[Reply, Reply]> {
  const [one, two] = await Promise.allSettled([send(first), send(second)]);
  if (one.status === "rejected") throw one.reason;
  if (two.status === "rejected") throw two.reason;
  return [one.value, two.value];
}

function subscribe(subscriber: Subscriber, channel: string, listener: Listener): Subscription {
  // Without a listener an error event would end the process. The client reconnects and subscribes again by itself.
  subscriber.on("error", () => undefined);
  return {
    ready: subscriber.connect().then(() => subscriber.subscribe(channel, listener)),
    stop: () => destroy(subscriber),
  };
}

/** Of a connection that is closed already, some releases throw. */
async function destroy(subscriber: Subscriber): Promise<void> {
  try {
    await subscriber.destroy();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ClientClosedError") throw error;
  }
}
