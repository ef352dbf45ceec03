import { statement, type Script } from "./script.ts";

const atOnce = 50;
const removeSql = `delete from symbolon_sessions where id in (${Array(atOnce).fill("?").join(", ")})`;

/** Removes sessions with their data, fifty with each statement: one by one, a purge over a network takes its round trips. */
export function* removeSessions(ids: readonly string[]): Script<void> {
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = ids.slice(from, from + atOnce);
    // Always as many parameters, so that the text is prepared once: the last is repeated.
    const params = Array.from({ length: atOnce }, (_, index) => some[index] ?? some.at(-1) ?? "");
    yield statement(removeSql, ...params);
  }
}
