/**
 * An application as its users would write it, for the test beside: Express, sessions in Redis through either client, and
 * a route by which the process tells about itself.
 */
import express from "express";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { AuthError, createAuth } from "symbolon";
import { authErrors, expressAuth, requireAuth } from "symbolon/express";
import { redisStore, type RedisClient } from "symbolon/stores/redis";
import { testSecret } from "../../support/auth.ts";
import type { Condition } from "./condition.ts";
import type { Settings } from "./world.ts";

const { PORT, REDIS_PORT, REDIS_CLIENT, STALE_FOR, REDIS_SETTINGS } = process.env;
const server = { host: "127.0.0.1", port: Number(REDIS_PORT) };
const tryAgain = () => 200;

const defects: string[] = [];
process.on("uncaughtException", (error, origin) => defects.push(`${origin}: ${String(error)}`));
let pending = 0;
const settings = REDIS_SETTINGS as Settings;

const auth = createAuth({
  secret: testSecret,
  store: redisStore(REDIS_CLIENT === "ioredis" ? ioredisClient() : nodeRedisClient()),
});
let failures = 0;
auth.on("store.failed", () => (failures += 1));
auth.on("warning", () => undefined);
auth.on("error", ({ error }) => defects.push(`500: ${String(error)}`));

const startedAt = performance.now();
let start: Condition["start"] = { outcome: "waits", tookMs: 0 };
auth.ready().then(
  () => (start = { outcome: "ready", tookMs: performance.now() - startedAt }),
  (error: unknown) => {
    const outcome = error instanceof AuthError ? error.code : String(error);
    start = { outcome, tookMs: performance.now() - startedAt };
  },
);

const app = express();
app.get("/condition", async (_req, res) => {
  // Twice, because what a first collection lets go of may keep other things alive until the next.
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  const { heapUsed, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1_000;
  res.json({ heapUsed, rss, cpuMs, pending, failures, defects, start } satisfies Condition);
});
app.use(expressAuth(auth));
app.get("/public", (req, res) => {
  res.json({ status: req.auth.status });
});
app.get("/guarded", requireAuth(), (req, res) => {
  res.json(req.auth.principal);
});
app.get("/patient", requireAuth({ outage: { staleFor: STALE_FOR as "5s" } }), (req, res) => {
  res.json(req.auth.principal);
});
app.post("/sign-in/:user", async (req, res) => {
  const { session } = await req.auth.signIn({ userId: req.params.user });
  res.json({ id: session.id });
});
app.post("/sign-out", async (req, res) => {
  await req.auth.signOut();
  res.json({});
});
app.use(authErrors());
// The load's pauses are longer than the five seconds for which Node would keep a connection that is not used.
app.listen(Number(PORT), "127.0.0.1").keepAliveTimeout = 120_000;

function nodeRedisClient(): RedisClient {
  const client = createClient(
    {
      bare: { socket: server },
      reconnecting: { socket: { ...server, reconnectStrategy: tryAgain } },
      queueless: {
        socket: { ...server, reconnectStrategy: tryAgain },
        disableOfflineQueue: true,
      },
    }[settings],
  );
  client.on("error", () => undefined);
  const send = client.sendCommand.bind(client);
  client.sendCommand = (...input: Parameters<typeof send>) => counted(send(...input));
  // Not awaited: the server may come later.
  void client.connect();
  return client;
}

function ioredisClient(): RedisClient {
  // Of a server that still loads its data it would ask again after a second, whatever `retryStrategy` says.
  const comesBack = { retryStrategy: tryAgain, maxLoadingRetryTime: 100 };
  const client = new Redis(
    {
      bare: server,
      reconnecting: { ...server, ...comesBack },
      queueless: {
        ...server,
        ...comesBack,
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
      },
    }[settings],
  );
  client.on("error", () => undefined);
  const call = client.call.bind(client) as (...command: string[]) => Promise<unknown>;
  client.call = ((...command: string[]) => counted(call(...command))) as typeof client.call;
  return client;
}

/** What the client has taken and not settled: in its queues, or sent and not answered. */
function counted<Answer>(answer: Promise<Answer>): Promise<Answer> {
  pending += 1;
  return answer.finally(() => (pending -= 1));
}
