import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";

interface ListenOptions {
  readonly hostName?: string;
  /** Where upgrades go; without it they are cut off. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
}

/** Serves on a free loopback port until the test ends; answers the base address, with the host name given. */
export async function listen(
  context: Pick<TestContext, "after">,
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  { hostName = "localhost", upgrade }: ListenOptions = {},
): Promise<string> {
  const server = createServer((request, response) => void listener(request, response));
  if (upgrade !== undefined) server.on("upgrade", (...given) => void upgrade(...given));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${hostName}:${(server.address() as AddressInfo).port}`;
}
