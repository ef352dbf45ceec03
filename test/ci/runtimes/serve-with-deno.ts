/** Serves the application and the service with Deno, and says where. */
import { makeApplication } from "./application.ts";
import { makeService } from "./service.ts";

/** The part of Deno that is used. */
declare const Deno: { serve(options: DenoOptions, handle: DenoHandler): unknown };
interface DenoOptions {
  readonly hostname: string;
  readonly port: number;
  readonly onListen: (address: { readonly port: number }) => void;
}
type DenoHandler = (
  request: Request,
  info: { readonly remoteAddr: { readonly hostname: string } },
) => Promise<Response>;

const { ISSUER = "", CLIENT_SECRET = "" } = process.env;
const application = makeApplication({ password: true });
const service = makeService(ISSUER, CLIENT_SECRET);

serve("application", (request, { remoteAddr }) =>
  application(request, { remoteAddress: remoteAddr.hostname }),
);
serve("service", service);

function serve(socket: string, handle: DenoHandler): void {
  const onListen = ({ port }: { readonly port: number }): void =>
    console.log(JSON.stringify({ socket, port }));
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, handle);
}
