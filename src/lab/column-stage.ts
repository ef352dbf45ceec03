import type { HostedColumn } from "./hosted-column.ts";
import { people } from "./people.ts";
import { send } from "./send.ts";
import { BrowserNeeded, type Loot, type Stage } from "./stage.ts";
import type { FrameAnswer, FrameCommand, StepReport } from "./wire.ts";

/** The person's browser, as far as a run can have it do something. */
export interface Browser {
  command(column: HostedColumn["id"], command: FrameCommand): Promise<StepReport>;
  visit(url: string, closesAfterMs: number): Promise<StepReport>;
}

/** What a stage is made of. */
export interface StageParts {
  readonly column: HostedColumn;
  readonly attackerOrigin: string;
  readonly loot: () => readonly Loot[];
  /** The id of the lab's newest exchange. */
  readonly lastId: number;
  readonly browser: Browser | null;
  /** When it is aborted, whatever is asked of the stage throws its reason. */
  readonly signal: AbortSignal;
}

/** The stage of one run, which begins when it is made. */
export function columnStage(parts: StageParts): Stage {
  const { column, attackerOrigin, browser, signal, lastId } = parts;
  const { fleet, tap } = column;
  const startedAt = Date.now();

  /** A run that nobody waits for any more does nothing more. */
  async function going<Value>(work: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted();
    const value = await work();
    signal.throwIfAborted();
    return value;
  }

  function needed(): Browser {
    if (browser === null) throw new BrowserNeeded("This takes the person's browser.");
    return browser;
  }

  return {
    column: column.id,
    strategy: fleet.strategy,
    columnOrigin: column.origin,
    attackerOrigin,
    people,
    inBrowser: (command) =>
      going(async () => {
        const report = await needed().command(column.id, command);
        await tap.settled();
        if (!report.ok) throw new BrowserNeeded(report.why);
        return frameAnswer(report.answer);
      }),
    visit: (url, closesAfterMs) =>
      going(async () => {
        const report = await needed().visit(url, closesAfterMs);
        await tap.settled();
        return report;
      }),
    send: (request) => going(() => send(column.origin, tap, request)),
    loot: () => parts.loot().filter(({ at }) => at >= startedAt),
    exchanges: () => tap.log.since(lastId),
    revoke: () => going(() => fleet.revoke(people.ada.id)),
    changeRole: (role) => going(() => fleet.changeRole(people.ada.id, role)),
    moveClock: (byMs) => going(() => fleet.moveClock(byMs)),
    restart: () => going(() => fleet.restart()),
    secondProcess: (running) => going(() => fleet.secondProcess(running)),
    storeRunning: (running) => going(() => fleet.storeIs(running)),
    tables: () => going(() => fleet.tables()),
    state: () => going(() => column.state()),
    checkCost: (headers) => going(() => fleet.checkCost(headers)),
  };
}

function frameAnswer(answer: unknown): FrameAnswer {
  if (typeof answer === "object" && answer !== null && "holdings" in answer) {
    return answer as FrameAnswer;
  }
  throw new Error("The column's frame answered something that is no answer of a frame.");
}
