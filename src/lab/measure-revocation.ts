import { setTimeout as pause } from "node:timers/promises";
import type { Done } from "./column.ts";
import { credentialOf, expiryOf } from "./credential.ts";
import type { HostedColumn } from "./hosted-column.ts";
import { people } from "./people.ts";
import { send } from "./send.ts";
import type { Figure } from "./wire.ts";

const givesUpAfterMs = 10_000;
/** Where the application says that it has no means, waiting longer shows nothing more. */
const givesUpAtOnceMs = 1_000;
const paceMs = 5;

/** Revokes, and asks every process with the person's credential until it is refused: how long that takes, by the slowest. */
export async function measureRevocation(
  column: HostedColumn,
): Promise<{ readonly done: Done; readonly figure: Figure }> {
  const { fleet } = column;
  const credential = credentialOf(column.tap.log.newest(Infinity));
  if (credential === null || !(await isLetIn(column, credential, undefined, true))) {
    const how = "Nobody is signed in here. Sign in and call the API, then measure.";
    return { done: { possible: false, how }, figure: figureOf(null, "nobody was signed in") };
  }
  const startedAt = performance.now();
  const done = await fleet.revoke(people.ada.id);
  const limitMs = done.possible ? givesUpAfterMs : givesUpAtOnceMs;
  const numbers = fleet.processes.filter(({ running }) => running).map(({ number }) => number);
  const spans = await Promise.all(
    numbers.map(async (number) => {
      while (performance.now() - startedAt < limitMs) {
        if (!(await isLetIn(column, credential, number, false)))
          return performance.now() - startedAt;
        await pause(paceMs);
      }
      return null;
    }),
  );
  // One more of each that is kept: the proof.
  for (const number of numbers) await isLetIn(column, credential, number, true);
  if (!spans.includes(null)) {
    return { done, figure: figureOf(Math.max(...spans.map((span) => span ?? 0)), null) };
  }
  const within = `not within ${limitMs / 1_000} s`;
  const expiry = expiryOf(credential);
  const minutes =
    expiry === null ? null : Math.round((expiry - Date.now() - fleet.clockOffsetMs) / 60_000);
  const remark =
    minutes === null ? within : `${within}; the token is good for ${minutes} more minutes`;
  return { done, figure: figureOf(null, remark) };
}

async function isLetIn(
  column: HostedColumn,
  headers: Readonly<Record<string, string>>,
  process: number | undefined,
  isRecorded: boolean,
): Promise<boolean> {
  const { status } = await send(
    column.origin,
    column.tap,
    {
      method: "GET",
      path: "/api/me",
      headers,
      by: "lab",
      ...(process !== undefined && { process }),
    },
    { isRecorded },
  );
  return status === 200;
}

function figureOf(value: number | null, remark: string | null): Figure {
  return { value, unit: "ms", remark, at: Date.now() };
}
