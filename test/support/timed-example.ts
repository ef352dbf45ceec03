import type { TestContext } from "node:test";
import { NodeProcess } from "./node-process.ts";

export interface ExampleStart {
  /** Settings besides its clock. */
  readonly env: Readonly<Record<string, string>>;
  readonly port?: number;
  /** How far its wall clock is ahead: milliseconds. */
  readonly aheadMs?: number;
}

/** Starts a program of `examples/` until the test ends, at a time of the test's choice. */
export async function startExample(
  t: Pick<TestContext, "after">,
  file: string,
  { env, port, aheadMs = 0 }: ExampleStart,
): Promise<NodeProcess> {
  const args = ["--import", "./test/support/clock-ahead.ts", `examples/${file}`];
  const started = await NodeProcess.start(args, { ...env, CLOCK_AHEAD_MS: String(aheadMs) }, port);
  t.after(() => started.end("SIGKILL"));
  return started;
}

/** Ends an example, and starts it again at the same address as if so much time had passed since it was first started. */
export async function startLater(
  t: Pick<TestContext, "after">,
  file: string,
  before: NodeProcess,
  later: ExampleStart & { readonly aheadMs: number },
): Promise<NodeProcess> {
  await before.end();
  return startExample(t, file, { ...later, port: before.port });
}
