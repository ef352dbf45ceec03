/** Serves the application and the service with Bun, and says where. */
import { makeApplication } from "./application.ts";
import { makeService } from "./service.ts";

/** The part of Bun that is used. */
declare const Bun: { serve(options: BunOptions): BunServer };
interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
}
interface BunOptions {
  readonly hostname: string;
  readonly port: number;
  readonly fetch: (request: Request, server: BunServer) => Promise<Response>;
}

const { ISSUER = "", CLIENT_SECRET = "" } = process.env;
const application = makeApplication({ password: true });
const service = makeService(ISSUER, CLIENT_SECRET);

serve("application", (request, server) => {
  const remoteAddress = server.requestIP(request)?.address;
  return application(request, remoteAddress === undefined ? {} : { remoteAddress });
});
serve("service", service);

function serve(socket: string, fetch: BunOptions["fetch"]): void {
  const { port } = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  console.log(JSON.stringify({ socket, port }));
}
