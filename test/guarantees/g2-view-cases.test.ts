import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { LogEntry } from "../../src/core/revocation/revocation-store.ts";
import { withMutant } from "./model/broken-copy.ts";
import { loadParts, type EngineParts } from "./model/parts.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const ids = ["X", "Y", "Z"] as const;
const cuts = [1, 2, 3] as const;
const arrivals = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Three revocations of all of a user's sessions, each but one or none: every choice of exceptions. */
function* histories(): Generator<readonly LogEntry[]> {
  const excepts = [null, ...ids];
  for (const first of excepts) {
    for (const second of excepts) {
      for (const third of excepts) {
        yield [first, second, third].map((except, index) => ({
          seq: cuts[index] ?? 0,
          id: `${index}`,
          cut: cuts[index] ?? 0,
          scope: "user",
          target: "u",
          kind: "revoked",
          except,
          reason: "signed_out",
          keepUntil: Infinity,
        }));
      }
    }
  }
}

/** How many judgements of the view differ from what the entries say, of how many. */
function compare({ RevocationView }: EngineParts): { wrong: number; cases: number } {
  let [wrong, cases] = [0, 0];
  for (const entries of histories()) {
    for (const arrival of arrivals) {
      const view = new RevocationView();
      for (const index of arrival) view.apply(entries.slice(index, index + 1));
      for (const id of ids) {
        for (const mark of [0, ...cuts]) {
          const session = { id, userId: "u", tenantId: null, mark };
          const expected = entries.some(({ cut, except }) => cut > mark && except !== id);
          if (view.hasEnded(session) !== expected) wrong += 1;
          cases += 1;
        }
      }
    }
  }
  return { wrong, cases };
}

describe("the view, which keeps two revocations of a user, judges as the whole log would", () => {
  test("for all exceptions, marks and orders of arrival", async () => {
    assert.deepEqual(compare(await loadParts(source)), { wrong: 0, cases: 4_608 });
  });

  test("and would not if it kept one", async () => {
    const mutant = {
      file: "core/revocation/view.ts",
      from: "endsBy(known.revoked, session) || endsBy(known.revokedOther, session)",
      to: "endsBy(known.revoked, session)",
    };
    const { wrong } = await withMutant(source, mutant, async (parts) => compare(parts));
    assert.ok(wrong > 0);
  });
});
