import type { Server } from "node:http";
import type { Kind } from "../harness/contestant.ts";
import type { FrameworkName } from "./frameworks.ts";

/** What a signed-in user's browser, or program, sends. */
export interface Credential {
  readonly field: "cookie" | "authorization";
  readonly value: string;
  /** Who it is, as `GET /profile` answers it. */
  readonly user: string;
}

/** An application with `GET /profile`, which answers the user's name, and those who are signed in. */
export interface Served {
  readonly server: Server;
  readonly credentials: readonly Credential[];
  /** How often sessions were read from Symbolon's store so far. */
  readonly reads?: () => number;
}

/** What a contestant is told when its process makes it. */
export interface World {
  readonly users: number;
  /** A Redis server of the bench's own; null where there is none. */
  readonly redisPort: number | null;
}

/** One way of guarding a route in a framework. */
export interface Guard {
  readonly name: string;
  readonly kind: Kind;
  /** What it does more, or less, than the others in one request. */
  readonly note?: string;
  readonly needsRedis?: boolean;
  /** What part of the others' requests is enough, where one costs so much that the run would be about this guard alone. */
  readonly share?: number;
  readonly serve: (world: World) => Promise<Served>;
}

/** A framework, and the guards that are measured in it. The first is the framework without any. */
export interface Framework {
  readonly name: FrameworkName;
  readonly guards: readonly [bare: Guard, ...Guard[]];
}

/** What the bare route answers, of the length of a user's name. */
export const nobody = "user-000";

/** Names of guards that all frameworks have. */
export const names = {
  bare: "bare",
  handWritten: "hand-written map",
  handWrittenInLayers: "hand-written map, middleware and guard",
  symbolon: {
    session: "symbolon, session by cookie",
    hybrid: "symbolon, hybrid by cookie",
    jwt: "symbolon, jwt by bearer",
  },
} as const;

export const strategies = ["session", "hybrid", "jwt"] as const;
export type Strategy = (typeof strategies)[number];

/** The guards that every framework has: without one, by hand, and with each strategy of Symbolon. */
export function commonGuards(make: {
  readonly bare: Guard["serve"];
  readonly handWritten: Guard["serve"];
  /** The same, divided as libraries are: one layer says who it is, the next refuses, the route answers. */
  readonly handWrittenInLayers?: Guard["serve"];
  readonly symbolon: (strategy: Strategy) => Guard["serve"];
}): [Guard, ...Guard[]] {
  return [
    { name: names.bare, kind: "floor", serve: make.bare },
    { name: names.handWritten, kind: "floor", serve: make.handWritten },
    ...(make.handWrittenInLayers === undefined
      ? []
      : [
          {
            name: names.handWrittenInLayers,
            kind: "floor" as const,
            serve: make.handWrittenInLayers,
          },
        ]),
    ...strategies.map((strategy): Guard => {
      return { name: names.symbolon[strategy], kind: "symbolon", serve: make.symbolon(strategy) };
    }),
  ];
}
