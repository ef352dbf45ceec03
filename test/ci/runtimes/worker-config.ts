import { join } from "node:path";
import { build } from "esbuild";

/** Bundles the two workers, as their tools do, and answers the configuration of `workerd serve`. */
export async function prepareWorkers(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const options = { bundle: true, format: "esm", target: "es2022", absWorkingDir: folder } as const;
  await build({
    ...options,
    entryPoints: ["worker-application.ts"],
    outfile: join(folder, "worker-application.js"),
    platform: "node",
    // It is loaded when a password is hashed, and here another hasher does that.
    external: ["@node-rs/argon2"],
  });
  // Fails for an import of Node.
  await build({
    ...options,
    entryPoints: ["worker-service.ts"],
    outfile: join(folder, "worker-service.js"),
    platform: "neutral",
  });
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = "${name}", text = "${text}")`,
  );
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "application", worker = .application),
    (name = "service", worker = .service),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [
    (name = "application", address = "127.0.0.1:0", http = (), service = "application"),
    (name = "service", address = "127.0.0.1:0", http = (), service = "service"),
  ]
);
const application :Workerd.Worker = (
  modules = [(name = "application", esModule = embed "worker-application.js")],
  compatibilityDate = "2025-06-01",
  compatibilityFlags = ["nodejs_compat"],
);
const service :Workerd.Worker = (
  modules = [(name = "service", esModule = embed "worker-service.js")],
  compatibilityDate = "2025-06-01",
  bindings = [${bindings.join(", ")}],
  globalOutbound = "loopback",
);
`;
}
