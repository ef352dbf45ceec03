import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createAuth, type Auth } from "symbolon";
import { redisStore } from "symbolon/stores/redis";
import { NodeProcess } from "../../support/node-process.ts";
import { testSecret } from "../../support/auth.ts";
import { libraries } from "../../stores/redis/clients.ts";
import type { Library } from "../../stores/redis/own-server.ts";
import type { Customer } from "./load.ts";

/** How the application tells its patience, and the tests theirs. */
export const staleForMs = 5_000;
export const leaseMs = 2_000;
export const deadlineMs = 1_000;

/**
 * How the application has set up its client. `bare`: as the library has it. `reconnecting`: tries again every 200 ms.
 * `queueless`: that, and commands are refused while there is no connection.
 */
export type Settings = "bare" | "reconnecting" | "queueless";

/** Starts the application against a Redis that need not be there yet. */
export async function startApplication(
  t: TestContext,
  redisPort: number,
  library: Library,
  settings: Settings,
): Promise<NodeProcess> {
  const application = await NodeProcess.start(["--expose-gc", "test/ci/outage/application.ts"], {
    REDIS_PORT: String(redisPort),
    REDIS_CLIENT: library,
    STALE_FOR: `${staleForMs}ms`,
    REDIS_SETTINGS: settings,
  });
  t.after(() => application.end("SIGKILL"));
  return application;
}

/** Another process of the same sessions, as far as the application can tell; it is gone when `work` has ended. */
export async function elsewhere<Result>(
  redisPort: number,
  work: (auth: Auth) => Promise<Result>,
): Promise<Result> {
  const { client, close } = await libraries["node-redis"](redisPort);
  const auth = createAuth({ secret: testSecret, store: redisStore(client) });
  try {
    return await work(auth);
  } finally {
    await auth.close();
    await close();
  }
}

/** Signs users in, a hundred at a time, and answers what their browsers hold. */
export async function signedIn(auth: Auth, name: string, count: number): Promise<Customer[]> {
  const customers: Customer[] = [];
  while (customers.length < count) {
    const batch = Array.from(
      { length: Math.min(100, count - customers.length) },
      async (_, index): Promise<Customer> => {
        const who = `${name}-${customers.length + index}`;
        const request = { method: "POST", headers: { host: "localhost" } };
        const { cookies } = await auth.signIn({ userId: who }, request);
        return { who, cookie: cookies[0]?.split(";")[0] ?? "" };
      },
    );
    customers.push(...(await Promise.all(batch)));
  }
  return customers;
}

/** When the server on that port answers PING again, on the test's monotonic clock; asked every few milliseconds. */
export async function answersPing(port: number): Promise<number> {
  for (;;) {
    if (await pingOnce(port)) return performance.now();
    await pause(3);
  }
}

async function pingOnce(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [reply] = (await once(socket, "data")) as [Buffer];
    return reply.toString().startsWith("+PONG");
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
