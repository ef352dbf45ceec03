import type { Logger } from "pino";
import type { ColumnId } from "./column.ts";
import { Fleet } from "./fleet.ts";
import { Tap } from "./tap.ts";
import type { ColumnInfo, ColumnState } from "./wire.ts";

const shownExchanges = 50;

/** A column as the lab holds it: its processes, and the tap before them. */
export class HostedColumn {
  readonly id: ColumnId;
  readonly origin: string;
  readonly fleet: Fleet;
  readonly tap: Tap;

  constructor(
    id: ColumnId,
    options: {
      readonly origin: string;
      readonly labOrigin: string;
      readonly attackerOrigin: string;
      readonly folder: string;
      readonly ticket: string;
      readonly program: URL;
      readonly logger: Logger;
      readonly nextId: () => number;
    },
  ) {
    this.id = id;
    this.origin = options.origin;
    this.fleet = new Fleet({
      ...options,
      column: id,
      onAnswered: ({ exchange, ...counts }) => this.tap.counted(exchange, counts),
    });
    this.tap = new Tap({ ...options, column: id, pick: (number) => this.fleet.pick(number) });
  }

  get info(): ColumnInfo {
    return { id: this.id, origin: this.origin, ...this.fleet.about };
  }

  async state(): Promise<ColumnState> {
    await this.tap.settled();
    const { fleet } = this;
    return {
      id: this.id,
      strategy: fleet.strategy,
      processes: fleet.processes,
      store: fleet.store,
      clockOffsetMs: fleet.clockOffsetMs,
      // A column whose only process has crashed has a state, too; its rows cannot be asked for.
      tables: fleet.processes.some(({ running }) => running) ? await fleet.tables() : [],
      exchanges: this.tap.log.newest(shownExchanges),
    };
  }

  async reset(strategy?: "session" | "hybrid" | "jwt"): Promise<void> {
    await this.fleet.reset(strategy);
    this.tap.log.clear();
  }

  async close(): Promise<void> {
    this.tap.close();
    await this.fleet.close();
  }
}
