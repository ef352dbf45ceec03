import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import { PackedProject } from "../../package/packed-project.ts";
import { testSecret } from "../../support/auth.ts";
import { freePort, NodeProcess } from "../../support/node-process.ts";

const repository = new URL("../../../", import.meta.url).pathname;
const next = `${repository}node_modules/next/dist/bin/next`;

/** The application of `examples/next` with the packed package, built by Next in a folder of its own, since Next writes into it. */
export class NextApplication {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#env = {
      AUTH_SECRET: testSecret,
      BASE_URL: `http://localhost:${port}`,
      DATABASE: join(folder, "example.db"),
      NEXT_TELEMETRY_DISABLED: "1",
    };
  }

  static async build(): Promise<NextApplication> {
    const project = new PackedProject();
    after(() => project.remove());
    for (const name of ["next", "react", "react-dom", "typescript", "@types"]) project.link(name);
    const { folder } = project;
    cpSync(`${repository}examples/next`, folder, { recursive: true });
    // Turbopack does not follow links out of the root that it takes for the project's.
    replaceIn(join(folder, "next.config.ts"), /NextConfig = \{/, '$& turbopack: { root: "/" },');
    // There are no sources in the package, though programs of the tests are started with this condition.
    replaceIn(join(project.installed, "package.json"), /"symbolon:source": "[^"]*",/g, "");
    const application = new NextApplication(folder, await freePort());
    application.#build();
    return application;
  }

  /** Serves it until the test ends, as if it were so much later. */
  async start(t: Pick<TestContext, "after">, aheadMs: number = 0): Promise<NodeProcess> {
    const clock = ["--import", `${repository}test/support/clock-ahead.ts`];
    const args = [...clock, next, "start", this.#folder, "--hostname", "127.0.0.1"];
    const env = { ...this.#env, CLOCK_AHEAD_MS: String(aheadMs) };
    const started = await NodeProcess.start(args, env, this.#port);
    t.after(() => started.end("SIGKILL"));
    return started;
  }

  #build(): void {
    const { status, stdout, stderr } = spawnSync(process.execPath, [next, "build", this.#folder], {
      env: { PATH: process.env["PATH"], ...this.#env },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`next build\n${stdout}${stderr}`);
  }
}

function replaceIn(file: string, pattern: RegExp, by: string): void {
  const text = readFileSync(file, "utf8");
  const replaced = text.replace(pattern, by);
  if (replaced === text) throw new Error(`${file} has nothing like ${String(pattern)}`);
  writeFileSync(file, replaced);
}
