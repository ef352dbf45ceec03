import * as v from "valibot";
import type { Done } from "./column.ts";
import { credentialOf } from "./credential.ts";
import type { HostedColumn } from "./hosted-column.ts";
import { measureRevocation } from "./measure-revocation.ts";
import { people } from "./people.ts";
import type { Control, ControlAnswer, Figure } from "./wire.ts";

const yearMs = 366 * 86_400_000;
const running = v.object({ running: v.boolean() });
const strategies = v.picklist(["session", "hybrid", "jwt"]);

interface Outcome {
  readonly done: Done;
  readonly figure?: Figure;
}

/** What each control does to a column. */
const controls: Readonly<
  Record<Control, (column: HostedColumn, input: unknown) => Promise<Outcome>>
> = {
  revoke: async ({ fleet }) => ({ done: await fleet.revoke(people.ada.id) }),
  "change-role": async ({ fleet }, input) => {
    const { role } = v.parse(v.object({ role: v.picklist(["reader", "editor"]) }), input);
    return { done: await fleet.changeRole(people.ada.id, role) };
  },
  "move-clock": async ({ fleet }, input) => {
    const { byMs } = v.parse(
      v.object({ byMs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(yearMs)) }),
      input,
    );
    await fleet.moveClock(byMs);
    return did("The clock of the column's processes was moved. The browser's stays.");
  },
  restart: async ({ fleet }) => {
    await fleet.restart();
    return did(
      "The processes were ended, and others started in their place with the same database.",
    );
  },
  "second-process": async ({ fleet }, input) => {
    const isWanted = v.parse(running, input).running;
    await fleet.secondProcess(isWanted);
    return did(
      isWanted
        ? "A second process runs; requests go to the two in turn."
        : "Only the first process runs.",
    );
  },
  store: async ({ fleet }, input) => {
    const isWanted = v.parse(running, input).running;
    await fleet.storeIs(isWanted);
    return did(isWanted ? "The store answers again." : "The store refuses every connection.");
  },
  strategy: async (column, input) => {
    const { strategy } = v.parse(v.object({ strategy: strategies }), input);
    if (column.id !== "symbolon") {
      return { done: { possible: false, how: "Only Symbolon's column has another strategy." } };
    }
    await column.reset(strategy);
    return did(`The column begins anew with the strategy "${strategy}". Sign in again.`);
  },
  "measure-revocation": measureRevocation,
  "measure-check": measureCheck,
  reset: async (column) => {
    await column.reset();
    return did(
      "The column is as on its first day: an empty database, another secret, the real time.",
    );
  },
};

/**
 * Does what a control says.
 * @throws ValiError for an input that is none; Error where the column cannot
 */
export async function useControl(
  column: HostedColumn,
  control: Control,
  input: unknown,
): Promise<ControlAnswer> {
  const outcome = await controls[control](column, input);
  return { ...outcome, state: await column.state() };
}

/** Whether there is a control of this name. */
export function isControl(name: string): name is Control {
  return Object.hasOwn(controls, name);
}

async function measureCheck({ fleet, tap }: HostedColumn): Promise<Outcome> {
  const credential = credentialOf(tap.log.newest(Infinity));
  if (credential === null) {
    const how = "Nobody is signed in here. Sign in and call the API, then measure.";
    const figure = {
      value: null,
      unit: "µs",
      remark: "nobody was signed in",
      at: Date.now(),
    } as const;
    return { done: { possible: false, how }, figure };
  }
  const value = await fleet.checkCost(credential);
  return {
    ...did(
      "The guard was asked again and again: the median of rounds, in CPU time of the process.",
    ),
    figure: { value, unit: "µs", remark: null, at: Date.now() },
  };
}

function did(how: string): Outcome {
  return { done: { possible: true, how } };
}
