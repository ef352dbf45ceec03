import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Serves on a free loopback port until the test ends; answers the base address, with the host name given. */
export async function listen(
  context: Pick<TestContext, "after">,
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  hostName: string = "localhost",
): Promise<string> {
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${hostName}:${(server.address() as AddressInfo).port}`;
}
