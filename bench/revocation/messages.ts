import type { WorldSession } from "./world.ts";

/** What a process is told to do. `id` is that of the answer. */
export type Command = { readonly id: number } & (
  | { readonly do: "sign in" }
  | {
      readonly do: "watch";
      readonly cookie: string;
      readonly paceMs: number;
      readonly giveUpMs: number;
    }
  | { readonly do: "revoke"; readonly sessionId: string; readonly propagated: boolean }
  | { readonly do: "cost"; readonly cookie: string; readonly checks: number }
  | { readonly do: "stop" }
);

/** What it says. */
export type Said = { readonly id: number } & (
  | { readonly said: "ready" }
  | { readonly said: "signed in"; readonly session: WorldSession }
  /** A watched session was let through: this process knows it now. */
  | { readonly said: "seen" }
  | {
      readonly said: "refused";
      /** When the last check began that let it through, and when the first answered that did not. */
      readonly acceptedAt: number;
      readonly refusedAt: number;
      /** How long it was between two looks. */
      readonly meanGapMs: number;
      readonly longestGapMs: number;
    }
  | { readonly said: "revoked"; readonly calledAt: number; readonly resolvedAt: number }
  | { readonly said: "cost"; readonly microseconds: number }
  | { readonly said: "failed"; readonly error: string }
);
