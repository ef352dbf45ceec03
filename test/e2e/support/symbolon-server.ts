import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { NodeProcess } from "../../support/node-process.ts";

/** Starts the standalone server as its operator would, on a new database, until the tests of the file have ended. */
export async function startSymbolon(
  env: Readonly<Record<string, string>> = {},
): Promise<NodeProcess> {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-e2e-"));
  const server = await NodeProcess.start(["src/cli/main.ts", "serve"], {
    SYMBOLON_STORE: `sqlite:${join(folder, "symbolon.db")}`,
    ...env,
  });
  after(async () => {
    await server.end();
    rmSync(folder, { recursive: true });
  });
  return server;
}
