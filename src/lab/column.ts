import type { RequestListener } from "node:http";

/** The four ways to stay signed in that stand beside each other. */
export type ColumnId = "session" | "jwt-storage" | "jwt-cookie" | "symbolon";

/** Where people of the lab can sign in, each with their password. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly role: "reader" | "editor";
}

/** What an application of the lab is started with. Two processes of a column are started with the same. */
export interface ColumnSettings {
  /** Where the browser reaches it, such as `http://session.lab.localhost:3001`. */
  readonly origin: string;
  /** The only origin that may frame it and send it messages. */
  readonly labOrigin: string;
  /** A SQLite file that all processes of the column share, and no other column. */
  readonly databaseFile: string;
  /** The column's secret for signatures; the same in all its processes. */
  readonly secret: string;
  /** Passed before every call of a store: throws as a driver does while the store is stopped, and counts otherwise. */
  readonly storeGate: StoreGate;
  /** For the column `symbolon` only. */
  readonly strategy: "session" | "hybrid" | "jwt";
}

/** The switch between an application and its store, which makes an outage and counts what is asked. */
export interface StoreGate {
  /** @throws Error with the code `ECONNREFUSED` while the store is stopped */
  read(): void;
  /** @throws Error with the code `ECONNREFUSED` while the store is stopped */
  write(): void;
}

/** Rows that the server really holds, as its database answers them. */
export interface StoredTable {
  readonly name: string;
  /** What these rows are for, in one sentence. */
  readonly purpose: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What an administrator, or another device, did, and how far it reaches. */
export interface Done {
  /** Whether the application has any means to do it. */
  readonly possible: boolean;
  /** What was done, or why nothing can be, in one sentence for the page. */
  readonly how: string;
}

/** An application of the lab. The file that makes it is shown in the page: it is the code that runs. */
export interface ColumnProgram {
  /** Answers what the browser asks. */
  readonly app: RequestListener;
  /** Ends every session of the person, as from another device. */
  revoke(personId: string): Promise<Done>;
  /** Gives the person another role, in the database and wherever else the application can reach. */
  changeRole(personId: string, role: Person["role"]): Promise<Done>;
  /** What lies in the database, secrets included: this is what a stolen dump shows. */
  tables(): Promise<readonly StoredTable[]>;
  /** Handles one request as far as its guard, without a socket: for measuring. Answers whether it was let through. */
  check(headers: CheckHeaders): Promise<boolean>;
  close(): Promise<void>;
}

/** A request's header fields by their lower-case names, as Node gives them. */
export type CheckHeaders = Readonly<Record<string, string>>;

/** What each file of `columns/` exports as `column`; its program runs in a process of its own. */
export interface Column {
  readonly title: string;
  /** What people would say they built, in one sentence. */
  readonly summary: string;
  /** The sources that run, for the page to show: `url` is where the file lies, such as `new URL(import.meta.url)`. */
  readonly code: readonly ColumnCode[];
  /** Starts the application; what it opens is closed by the program's `close`. */
  start(settings: ColumnSettings): Promise<ColumnProgram>;
}

export interface ColumnCode {
  /** As the page calls it, such as `session.ts`. */
  readonly name: string;
  readonly runsIn: "server" | "browser";
  readonly url: URL;
}
