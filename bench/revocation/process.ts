/**
 * One process of a deployment, told over IPC what to do. Times are those of the machine's monotonic clock, which all
 * processes on it share.
 */
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { Command, Said } from "./messages.ts";
import { betterAuthWorld, connectRedisWorld } from "./peer-worlds.ts";
import { messageWorld } from "./floor-worlds.ts";
import { symbolonWorld } from "./symbolon-world.ts";
import type { World, WorldSettings } from "./world.ts";

const settings = JSON.parse(process.argv[2] ?? "") as WorldSettings;
const world = await worldOf(settings);

function worldOf({ name, address }: WorldSettings): Promise<World> {
  if (name === "symbolon") return symbolonWorld(address);
  if (name === "a message alone") return messageWorld(address);
  if (name === "better-auth, cookie cache" && address.kind === "sqlite") {
    return betterAuthWorld(address);
  }
  if (name === "express-session + connect-redis" && address.kind === "redis") {
    return connectRedisWorld(address);
  }
  throw new TypeError(`${name} has no world on ${address.kind}`);
}

/** Milliseconds of the machine's monotonic clock. */
function clock(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

function say(said: Said): void {
  process.send?.(said);
}

/** Asks again and again until the session is refused; yields in between, so that whatever brings the news is heard. */
async function watch(id: number, cookie: string, paceMs: number, giveUpMs: number): Promise<void> {
  const startedAt = clock();
  if (!(await world.check(cookie)))
    throw new Error("the session was refused before it was revoked");
  say({ said: "seen", id });
  let looks = 1;
  let acceptedAt = startedAt;
  let longestGapMs = 0;
  for (;;) {
    await (paceMs === 0 ? turn() : pause(paceMs));
    const askedAt = clock();
    longestGapMs = Math.max(longestGapMs, askedAt - acceptedAt);
    looks += 1;
    if (!(await world.check(cookie))) break;
    acceptedAt = askedAt;
    if (askedAt - startedAt > giveUpMs) throw new Error("the session was never refused");
  }
  const refusedAt = clock();
  const meanGapMs = (refusedAt - startedAt) / looks;
  say({ said: "refused", id, acceptedAt, refusedAt, meanGapMs, longestGapMs });
}

/** CPU time of a check that lets through, in microseconds. */
async function cost(id: number, cookie: string, checks: number): Promise<void> {
  for (let done = 0; done < checks; done += 1) await world.check(cookie);
  const before = process.cpuUsage();
  for (let done = 0; done < checks; done += 1) await world.check(cookie);
  const { user, system } = process.cpuUsage(before);
  say({ said: "cost", id, microseconds: (user + system) / checks });
}

async function obey(command: Command): Promise<void> {
  switch (command.do) {
    case "sign in":
      return say({ said: "signed in", id: command.id, session: await world.signIn() });
    case "watch":
      return watch(command.id, command.cookie, command.paceMs, command.giveUpMs);
    case "revoke": {
      const { id, sessionId, propagated } = command;
      const calledAt = clock();
      await world.revoke(sessionId, { propagated });
      return say({ said: "revoked", id, calledAt, resolvedAt: clock() });
    }
    case "cost":
      return cost(command.id, command.cookie, command.checks);
    case "stop":
      await world.close();
      process.disconnect();
  }
}

process.on("message", (command: Command) => {
  obey(command).catch((error: unknown) => {
    say({ said: "failed", id: command.id, error: String(error) });
  });
});
say({ said: "ready", id: 0 });
