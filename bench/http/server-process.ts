/** One server, in a process of its own: serves a framework with one guard, and tells what CPU time it has used. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { answerCalls } from "./calls.ts";
import { frameworks, type FrameworkName } from "./frameworks.ts";
import type { Credential, World } from "./served.ts";

let reads = (): number => 0;

const calls = {
  async serve({
    framework,
    guard,
    world,
  }: {
    readonly framework: FrameworkName;
    readonly guard: string;
    readonly world: World;
  }): Promise<{ readonly port: number; readonly credentials: readonly Credential[] }> {
    const { guards } = await frameworks[framework]();
    const chosen = guards.find(({ name }) => name === guard);
    if (chosen === undefined) throw new Error(`there is no ${guard} in ${framework}`);
    const served = await chosen.serve(world);
    const { server, credentials } = served;
    reads = served.reads ?? reads;
    // Connections stay open between two turns of one contestant.
    server.keepAliveTimeout = 10 * 60_000;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { port: (server.address() as AddressInfo).port, credentials };
  },

  /** CPU time so far, in microseconds and of all threads, and reads of sessions from Symbolon's store. */
  used(): { readonly cpu: number; readonly reads: number } {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, reads: reads() };
  },
};

export type ServerCalls = typeof calls;

process.once("disconnect", () => process.exit());
answerCalls(calls);
