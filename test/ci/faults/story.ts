import { setTimeout as pause } from "node:timers/promises";
import type { Crowd } from "./crowd.ts";
import type { Target } from "./history.ts";
import type { Credential } from "./orders.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** How a story ends: what is revoked. */
export const endings = ["one session", "the others", "a user", "a tenant", "nothing"] as const;
export type Ending = (typeof endings)[number];

/** How long sessions are watched after they were to end: past the lease, and past any `propagated`. */
const aftermathMs = 6_000;

/**
 * The life of one tenant: its users sign in here and there, every process watches their sessions, then somebody ends some
 * of them. Once a tenant's name was revoked, nobody signs in there any more; a user may come back.
 */
export async function playStory(crowd: Crowd, random: SeededRandom, tenant: string): Promise<void> {
  const ending = random.choose(endings);
  const waitMs = random.between(500, 2_500);
  const propagated = random.happens(0.3);
  // Two administrators press the same button.
  const twice = random.happens(0.25);
  const users = ending === "a tenant" ? ["a", "b", "c"] : ["a", "b"];
  const sessions = ["one session", "nothing"].includes(ending) ? 2 : 3;
  const held = new Map<string, readonly Credential[]>();
  await Promise.all(
    users.map(async (each) => {
      const user = `${tenant} ${each}`;
      const signedIn = await Promise.all(
        Array.from({ length: sessions }, () => crowd.signIn(user, tenant)),
      );
      held.set(
        user,
        signedIn.filter((credential) => credential !== null),
      );
    }),
  );
  for (const credential of [...held.values()].flat()) crowd.watch(credential, waitMs + aftermathMs);
  await pause(waitMs);

  const [[user, credentials]] = [...held] as [[string, readonly Credential[]]];
  const target = targetOf(ending, { tenant, user, credentials });
  if (target === null) return;
  const [acknowledged] = await Promise.all([
    crowd.revoke(target, propagated),
    twice && crowd.revoke(target, !propagated),
  ]);
  if (acknowledged && "user" in target) {
    const again = await crowd.signIn(user, tenant);
    if (again !== null) crowd.watch(again, aftermathMs / 2);
  }
}

function targetOf(
  ending: Ending,
  of: { tenant: string; user: string; credentials: readonly Credential[] },
): Target | null {
  const { tenant, user, credentials } = of;
  const [first] = credentials;
  switch (ending) {
    case "one session":
      return first === undefined ? null : { session: first.session };
    case "the others":
      return { user, ...(first !== undefined && { except: first.session }) };
    case "a user":
      return { user };
    case "a tenant":
      return { tenant };
    case "nothing":
      return null;
  }
}

/**
 * The life of people whom nobody watches all the time: they sign in, some processes look at their sessions, and of some
 * tenants all sessions end. What became of them is found at the end.
 */
export async function playCrowdScene(
  crowd: Crowd,
  random: SeededRandom,
  tenant: string,
  count: number,
): Promise<void> {
  const isRevoked = random.happens(0.15);
  const signedIn = await Promise.all(
    Array.from({ length: count }, (_, nth) => crowd.signIn(`${tenant} ${nth % 7}`, tenant)),
  );
  const credentials = signedIn.filter((credential) => credential !== null);
  await Promise.all(Array.from({ length: 3 }, () => crowd.look(crowd.any(), credentials)));
  if (isRevoked) await crowd.revoke({ tenant }, random.happens(0.1));
}
