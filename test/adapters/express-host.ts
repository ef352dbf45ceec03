import { listen } from "../support/listen.ts";
import { addRoutes, type ExpressModule } from "./express-app.ts";
import type { Host } from "./http-suite.ts";
import { admitSockets } from "./sockets.ts";

/** An application on Express: as it is, or with a mount point, or after body parsers. */
export function expressHost(
  name: string,
  module: ExpressModule,
  {
    prefix = "",
    parsesJson = false,
  }: { readonly prefix?: string; readonly parsesJson?: boolean } = {},
): Host {
  return {
    name,
    parsesJson,
    async serve(context, auth) {
      const app = module();
      if (parsesJson) app.use(module.json(), module.urlencoded({ extended: false }));
      app.use(prefix === "" ? "/" : prefix, addRoutes(module(), auth));
      return (await listen(context, app, { upgrade: admitSockets(auth) })) + prefix;
    },
  };
}
