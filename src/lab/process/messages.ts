import type { CheckHeaders, ColumnId, Done, Person, StoredTable } from "../column.ts";
import type { SourceFile } from "../wire.ts";

/** What a column's process is started with: its only argument, as JSON. */
export interface ProcessSettings {
  readonly column: ColumnId;
  readonly origin: string;
  readonly labOrigin: string;
  readonly databaseFile: string;
  readonly secret: string;
  readonly strategy: "session" | "hybrid" | "jwt";
  readonly clockOffsetMs: number;
  /** Only requests with this in `ticketHeader` are answered: those that came through the tap. */
  readonly ticket: string;
}

/** On requests from the tap: the ticket, a space, and the exchange's id. The application never sees it. */
export const ticketHeader = "x-symbolon-lab-ticket";

/** What the process is told to do, and what it answers when it has. */
export interface Commands {
  readonly revoke: { readonly asks: { readonly personId: string }; readonly answers: Done };
  readonly "change-role": {
    readonly asks: { readonly personId: string; readonly role: Person["role"] };
    readonly answers: Done;
  };
  readonly tables: { readonly asks: object; readonly answers: readonly StoredTable[] };
  readonly "move-clock": { readonly asks: { readonly offsetMs: number }; readonly answers: null };
  readonly store: { readonly asks: { readonly running: boolean }; readonly answers: null };
  /** CPU microseconds. */
  readonly "check-cost": {
    readonly asks: { readonly headers: CheckHeaders };
    readonly answers: number;
  };
  readonly close: { readonly asks: object; readonly answers: null };
}

export type CommandName = keyof Commands;

export type Command = {
  [Name in CommandName]: { readonly id: number; readonly do: Name } & Commands[Name]["asks"];
}[CommandName];

/** What the process says. */
export type Said =
  | { readonly said: "ready"; readonly port: number; readonly about: ColumnAbout }
  | { readonly said: "could not start"; readonly why: string }
  | { readonly said: "done"; readonly id: number; readonly answer: unknown }
  | { readonly said: "failed"; readonly id: number; readonly why: string }
  /** A response has been sent whole, or its connection was lost. */
  | {
      readonly said: "answered";
      readonly exchange: number;
      readonly reads: number;
      readonly writes: number;
    };

/** What a column says of itself, with the text of its sources. */
export interface ColumnAbout {
  readonly title: string;
  readonly summary: string;
  readonly code: readonly SourceFile[];
}
