import assert from "node:assert/strict";
import type { Clock } from "symbolon";
import type { FakeClock } from "symbolon/testing";
import { FakeLink, seededRandom } from "./fake-network.ts";
import {
  codeOf,
  FollowedIssuers,
  type FollowingService,
  type IssuedToken,
} from "./followed-issuers.ts";

const leaseMs = 2_000;

/** What every service said to every token, and when; held against the promise as it comes. */
class Watch {
  readonly #world: FollowedIssuers;
  readonly #services: readonly FollowingService[];
  readonly #tokens = new Map<IssuedToken, { endedAt: number }>();
  readonly #refused = new Set<string>();
  readonly counts: Record<string, number> = {};
  readonly broken: string[] = [];

  constructor(world: FollowedIssuers, services: readonly FollowingService[]) {
    this.#world = world;
    this.#services = services;
  }

  live(...tokens: readonly IssuedToken[]): void {
    for (const token of tokens) this.#tokens.set(token, { endedAt: Number.POSITIVE_INFINITY });
  }

  /** Their revocation has been acknowledged now. */
  ended(...tokens: readonly IssuedToken[]): void {
    const now = this.#world.clock.monotonic();
    for (const token of tokens) {
      const { endedAt = now } = this.#tokens.get(token) ?? {};
      this.#tokens.set(token, { endedAt: Math.min(endedAt, now) });
    }
  }

  endedAll(): void {
    this.ended(...this.#tokens.keys());
  }

  readonly ask = (): void => {
    for (const [nth, service] of this.#services.entries()) {
      for (const issued of this.#tokens.keys()) void this.#askOf(nth, service, issued);
    }
  };

  async #askOf(nth: number, { verifier }: FollowingService, issued: IssuedToken): Promise<void> {
    const said = await codeOf(verifier.verify(issued.token));
    const now = this.#world.clock.monotonic();
    const { endedAt = 0 } = this.#tokens.get(issued) ?? {};
    this.counts[said] = (this.counts[said] ?? 0) + 1;
    const name = `${nth} ${issued.sessionId}`;
    if (said === "verified" && now > endedAt + leaseMs) {
      this.broken.push(`${nth} accepts ${now - endedAt} ms after the revocation`);
    }
    if (said === "verified" && this.#refused.has(name)) {
      this.broken.push(`${nth} accepts what it had refused`);
    }
    if (said === "token_revoked") {
      this.#refused.add(name);
      if (endedAt === Number.POSITIVE_INFINITY) this.broken.push(`${nth} refuses a live token`);
    } else if (said !== "verified" && said !== "revocations_unavailable") {
      this.broken.push(`${nth} says ${said}`);
    }
  }
}

/** The clock of a machine whose wall clock is wrong. */
function wrongBy(ms: number, clock: FakeClock): Clock {
  return {
    now: () => clock.now() + ms,
    monotonic: () => clock.monotonic(),
    schedule: (delayMs, task) => clock.schedule(delayMs, task),
  };
}

/**
 * Two issuers and three services with wrong clocks, on ways that lose, delay, double and reorder what they carry, and one service
 * that is cut off now and then; sessions, users, tenants and everyone are revoked. Throws where the promise is broken.
 */
export async function watchServices(seed: number): Promise<void> {
  const world = new FollowedIssuers();
  try {
    await watchIn(world, seededRandom(seed));
  } finally {
    await world.close();
  }
}

async function watchIn(world: FollowedIssuers, random: () => number): Promise<void> {
  const services = [0, 3_600_000, -3_600_000].map((wrongMs) => {
    const link = new FakeLink(world.clock, world.issuers, random);
    link.faults = { loss: 0.15, duplicates: 0.3, delayMs: 400 };
    return world.service({ clock: wrongBy(wrongMs, world.clock) }, link);
  });
  const [first, second] = world.issuers;
  const watch = new Watch(world, services);
  const cutOff = services[2]?.link;
  assert.ok(cutOff);

  for (let round = 0; round < 5; round += 1) {
    const of = (user: string) => world.signIn({ userId: `${user}${round}`, tenantId: `t${round}` });
    const [one, bystander] = [await of("one"), await world.signIn({ userId: "bystander" })];
    const [kept, other, inTenant] = [await of("two"), await of("two"), await of("three")];
    watch.live(one, bystander, kept, other, inTenant);
    await world.pass(1_500, watch.ask);
    cutOff.isCut = round % 2 === 1;

    await second.sessions.revoke(one.sessionId);
    watch.ended(one);
    await world.pass(300, watch.ask);
    await first.sessions.revokeAll({ userId: `two${round}`, except: kept.sessionId });
    watch.ended(other);
    await world.pass(300, watch.ask);
    await second.sessions.revokeAll({ tenantId: `t${round}` });
    watch.ended(kept, inTenant);
    await world.pass(2_500, watch.ask);
    cutOff.isCut = false;
  }
  await first.sessions.revokeAll({ everyone: true });
  watch.endedAll();
  await world.pass(2_500, watch.ask);
  assert.deepEqual(watch.broken, []);
  assert.ok((watch.counts["verified"] ?? 0) > 1_000, JSON.stringify(watch.counts));
  assert.ok((watch.counts["token_revoked"] ?? 0) > 1_000, JSON.stringify(watch.counts));
  assert.ok((watch.counts["revocations_unavailable"] ?? 0) > 100, JSON.stringify(watch.counts));
}
