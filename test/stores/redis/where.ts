import { answers, hasRedisServer } from "./server.ts";

/** The server that the tests may use with a prefix of their own, or why there is none. */
export async function sharedServer(): Promise<{ host: string; port: number } | string> {
  const url = new URL(process.env["SYMBOLON_TEST_REDIS"] ?? "redis://127.0.0.1:6379");
  const [host, port] = [url.hostname, Number(url.port || 6379)];
  if (await answers(port, host)) return { host, port };
  return missing(`no Redis answers at ${host}:${port}`);
}

/** False, or why no server can be started. */
export function ownServersMissing(): string | false {
  return hasRedisServer() ? false : missing("there is no redis-server to start");
}

/** In continuous integration nothing is skipped. */
function missing(why: string): string {
  if (process.env["CI"] === "true") throw new Error(why);
  return `did not run: ${why}`;
}
