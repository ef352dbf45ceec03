import { randomBytes } from "node:crypto";
import type { Stamp } from "../../src/core/revocation/revocation-store.ts";
import { openStore, type Address } from "../fixtures/places.ts";
import { SampleSessions } from "../fixtures/sample-sessions.ts";
import { failed } from "../harness/contestant.ts";
import { inFlight } from "../harness/in-flight.ts";
import { timed } from "../harness/rounds.ts";
import { latencyOf, type Latency } from "../harness/statistics.ts";
import { width, type KnownSession } from "./reads.ts";

/** What an act that writes costs; the database makes it durable as it is set up to. */
export interface ActFigures {
  readonly act: "sign-in" | "touch, of a batch of 500" | "revoke";
  readonly count: number;
  readonly inFlight: number;
  /** For one: microseconds. */
  readonly wallMicroseconds: number;
  readonly cpuMicroseconds: number;
  /** How long a caller waits, in such company: milliseconds. */
  readonly latency: Latency;
}

const touchBatch = 500;

/** Signs in, touches and revokes, so many times each. */
export async function measureActs(
  address: Address,
  known: readonly KnownSession[],
  count: number,
): Promise<ActFigures[]> {
  const { store, close } = await openStore(address);
  const samples = new SampleSessions();
  const lanes = address.kind === "sqlite" ? 1 : width;
  const fresh = Array.from({ length: count }, () => ({
    ...samples.make(),
    mark: 1_000 * Date.now(),
  }));
  const figures: ActFigures[] = [];

  async function act<Input>(
    name: ActFigures["act"],
    inputs: readonly Input[],
    perform: (input: Input) => Promise<void>,
    share = 1,
  ): Promise<void> {
    const waits: number[] = [];
    const { cpu, wall } = await timed(() =>
      inFlight(inputs, lanes, async (input) => {
        const startedAt = performance.now();
        await perform(input);
        waits.push(performance.now() - startedAt);
      }),
    );
    figures.push({
      act: name,
      count: inputs.length * share,
      inFlight: Math.min(lanes, inputs.length),
      wallMicroseconds: wall / inputs.length / share,
      cpuMicroseconds: cpu / inputs.length / share,
      latency: latencyOf(waits),
    });
  }

  try {
    await act("sign-in", fresh, async (session) => {
      const { outcome } = await store.sessions.insert(session, null, stamp());
      if (outcome !== "inserted") throw failed("sign-in");
    });
    const touches = known.map(({ id }) => ({
      id,
      lastSeenAt: Date.now() + 60_000,
      purgeAt: Date.now() + 7 * 86_400_000,
    }));
    const batches = Array.from({ length: Math.ceil(touches.length / touchBatch) }, (_, index) =>
      touches.slice(index * touchBatch, (index + 1) * touchBatch),
    ).slice(0, Math.ceil(count / 50));
    const each = Math.min(touchBatch, touches.length);
    await act("touch, of a batch of 500", batches, (batch) => store.sessions.touch(batch), each);
    await act("revoke", fresh, async ({ id }) => {
      const revocation = { scope: "session", id, reason: "revoked_by_application" } as const;
      const watermarkUntil = Date.now() + 86_400_000;
      const { outcome } = await store.revocation.revoke(revocation, { ...stamp(), watermarkUntil });
      if (outcome !== "revoked") throw failed("revoke");
    });
    return figures;
  } finally {
    await store.close?.();
    await close();
  }
}

function stamp(): Stamp {
  const entryId = randomBytes(16).toString("base64url");
  return { entryId, now: Date.now(), keepForMs: 3_600_000 };
}
