import type { LogEntry, Logged, Stamp } from "../../core/revocation/revocation-store.ts";
import { escapeText, unescapeText } from "./keys.ts";
import type { Reply } from "./port.ts";

/** What an entry says, before the log gives it its place. */
export type Unlogged = Pick<LogEntry, "scope" | "target" | "kind" | "except" | "reason">;

/** What an entry says. Scripts compare its target with ids as they know them, and so it is escaped as those are. */
export function packTold({ scope, target, kind, except, reason }: Unlogged): string {
  return JSON.stringify([scope, escapeText(target), kind, except, reason]);
}

/** An entry as it is stored: `seq cut keepUntil id told`. */
export function unpackEntry(text: string): LogEntry {
  const [seq = "", cut = "", keepUntil = "", id = ""] = text.split(" ", 4);
  const start = seq.length + cut.length + keepUntil.length + id.length + 4;
  type Told = [LogEntry["scope"], string, LogEntry["kind"], string | null, LogEntry["reason"]];
  const [scope, target, kind, except, reason] = JSON.parse(text.slice(start)) as Told;
  return {
    seq: Number(seq),
    id: unescapeText(id),
    cut: Number(cut),
    scope,
    target: unescapeText(target),
    kind,
    except,
    reason,
    keepUntil: Number(keepUntil),
  };
}

/** The entry that a script answered, in the partition whose log has it. */
export function loggedIn(partition: number, entry: Reply | undefined): Logged {
  return { partition, entry: unpackEntry(String(entry)) };
}

/** How the arguments of a logging script begin. */
export function stampArgs(channel: string, stamp: Stamp): string[] {
  return [channel, escapeText(stamp.entryId), String(stamp.now), String(stamp.keepForMs)];
}
