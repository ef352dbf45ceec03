import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { rmSync, rmdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import type { Column, ColumnId, ColumnProgram } from "../column.ts";
import { checkCost } from "./check-cost.ts";
import { CountingGate } from "./counting-gate.ts";
import {
  ticketHeader,
  type ColumnAbout,
  type Command,
  type ProcessSettings,
  type Said,
} from "./messages.ts";
import { shiftClock } from "./shifted-date.ts";
import { whyNotStarted } from "./why-not-started.ts";

/** Makes this process one of a column's, which obeys the process that forked it and ends with it. */
export async function serveColumn(load: (id: ColumnId) => Promise<Column>): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? "") as ProcessSettings;
  endWithParent(settings);
  shiftClock(settings.clockOffsetMs);
  try {
    const gate = new CountingGate();
    const column = await load(settings.column);
    const program = await column.start({ ...settings, storeGate: gate });
    const server = createServer((request, response) => answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    process.on("message", (command: Command) => {
      void obey(command, program, gate);
    });
    const { port } = server.address() as AddressInfo;
    say({ said: "ready", port, about: await aboutOf(column) });

    function answer(request: IncomingMessage, response: ServerResponse): void {
      const exchange = takeTicket(request, settings.ticket);
      if (exchange === null) {
        // A page of anybody's could find this port, and would bring cookies that are none of the lab's.
        response.writeHead(421).end();
        return;
      }
      const count = gate.counting(() => program.app(request, response));
      response.once("close", () => say({ said: "answered", exchange, ...count }));
    }
  } catch (error) {
    say({ said: "could not start", why: whyNotStarted(settings.column, error) });
    process.exitCode = 1;
    process.disconnect();
  }
}

async function obey(command: Command, program: ColumnProgram, gate: CountingGate): Promise<void> {
  const { id } = command;
  // Only when the answer has left.
  const afterwards = command.do === "close" ? () => process.exit() : undefined;
  try {
    say({ said: "done", id, answer: await carryOut(command, program, gate) }, afterwards);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say({ said: "failed", id, why }, afterwards);
  }
}

async function carryOut(
  command: Command,
  program: ColumnProgram,
  gate: CountingGate,
): Promise<unknown> {
  switch (command.do) {
    case "revoke":
      return program.revoke(command.personId);
    case "change-role":
      return program.changeRole(command.personId, command.role);
    case "tables":
      return program.tables();
    case "move-clock":
      shiftClock(command.offsetMs);
      return null;
    case "store":
      gate.running = command.running;
      return null;
    case "check-cost":
      return checkCost(program, command.headers);
    case "close":
      gate.running = true;
      await program.close();
      return null;
  }
}

function say(said: Said, afterwards?: () => void): void {
  if (process.connected) process.send?.(said, undefined, undefined, () => afterwards?.());
}

/** The exchange that the tap has numbered, or null when somebody else asks. What is the lab's own is taken off. */
function takeTicket(request: IncomingMessage, ticket: string): number | null {
  const { headers, rawHeaders } = request;
  const value = headers[ticketHeader];
  const [shown, exchange] = typeof value === "string" ? value.split(" ") : [];
  if (shown !== ticket) return null;
  delete headers[ticketHeader];
  const at = rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === ticketHeader,
  );
  rawHeaders.splice(at, 2);
  return Number(exchange);
}

async function aboutOf({ title, summary, code }: Column): Promise<ColumnAbout> {
  const read = code.map(async ({ name, runsIn, url }) => ({
    name,
    runsIn,
    text: await readFile(url, "utf8"),
  }));
  return { title, summary, code: await Promise.all(read) };
}

/** Also when the lab was killed: then nobody else clears away the database. */
function endWithParent({ databaseFile }: ProcessSettings): void {
  process.once("disconnect", () => {
    const folder = dirname(databaseFile);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    try {
      rmdirSync(dirname(folder));
    } catch {
      // Another column still has its own folder there, or the last one has gone before.
    }
    process.exit();
  });
  // Ctrl+C reaches the whole group; when to end is the lab's decision.
  process.on("SIGINT", () => {});
}
