import type { FrameAnswer, FrameCommand } from "./wire.ts";

/**
 * What the lab's page and the page in a column's frame say to each other by `postMessage`. Each side sends to the
 * other's exact origin, and drops what does not come from it: `event.origin`, and `event.source`.
 */
export interface FrameRequest {
  readonly pigeon: "do";
  /** Comes back with the answer. */
  readonly id: string;
  readonly command: FrameCommand;
}

export type FrameMessage =
  /** The answer to the command with this id. `reload` has none: the news of the page that was loaded is its answer. */
  | { readonly pigeon: "answer"; readonly id: string; readonly answer: FrameAnswer }
  /** The command threw, as `fetch` does when the server cannot be reached. */
  | { readonly pigeon: "failed"; readonly id: string; readonly why: string }
  /** Sent when the page has been loaded, and after whatever a person did in it by hand. `status` is of that, or null. */
  | { readonly pigeon: "news"; readonly answer: FrameAnswer };
