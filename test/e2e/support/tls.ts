import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { after } from "node:test";
import { createServer } from "node:tls";
import { selfSigned } from "./self-signed.ts";

const credentials = selfSigned();

/** Speaks TLS on a free loopback port for a server that does not, as a proxy would; answers the port. */
export async function terminateTls(targetPort: () => number): Promise<number> {
  const server = createServer(credentials, (socket) => {
    // Either end may go at any time, as browsers do; then the other goes too.
    pipeline(socket, connect(targetPort(), "127.0.0.1"), socket, () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return (server.address() as AddressInfo).port;
}
