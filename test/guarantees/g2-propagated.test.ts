import assert from "node:assert/strict";
import { setImmediate as settle } from "node:timers/promises";
import { after, test } from "node:test";
import { AuthError, createAuth, type Auth, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { testSecret } from "../support/auth.ts";

const clock = new FakeClock();
const shared = memoryStore();
/** Tells nobody by itself. */
const unhinted: Store["revocation"] = { ...shared.revocation };
delete unhinted.onHint;
/** While set, no sync of the process that is cut off reaches the store. */
let isCutOff = false;

function processOver(revocation: Store["revocation"]): Auth {
  const auth = createAuth({ secret: testSecret, store: { ...shared, revocation }, clock });
  for (const said of ["store.failed", "warning"] as const) auth.on(said, () => undefined);
  after(() => auth.close());
  return auth;
}

const first = processOver(shared.revocation);
const polling = processOver(unhinted);
const third = processOver({
  ...unhinted,
  async sync(request) {
    if (isCutOff) throw new Error("cut off");
    return shared.revocation.sync(request);
  },
});

interface SignedIn {
  readonly id: string;
  readonly headers: { readonly authorization: string };
}

/** A session that all three have seen. */
async function signedIn(): Promise<SignedIn> {
  isCutOff = false;
  // The polls find the store back.
  for (let turn = 0; turn < 2; turn += 1) {
    clock.advance(500);
    await settle();
  }
  const { session, tokens } = await first.signIn(
    { userId: "u", delivery: "body" },
    { method: "POST", headers: {} },
  );
  const headers = { authorization: `Bearer ${tokens?.sessionToken ?? ""}` };
  for (const auth of [first, polling, third]) assert.ok(await accepts(auth, { headers }));
  return { id: session.id, headers };
}

async function accepts(auth: Auth, { headers }: Pick<SignedIn, "headers">): Promise<boolean> {
  try {
    return (await auth.authenticate(headers)) !== null;
  } catch (error) {
    if (error instanceof AuthError && error.code === "store_unavailable") return false;
    throw error;
  }
}

/** Lets time pass until the answer is there. */
async function passTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let turns = 2_000;
  void answer.finally(() => (turns = 0));
  while (turns > 0) {
    turns -= 1;
    clock.advance(25);
    await settle();
  }
  return answer;
}

test("a propagated revocation waits until a process that is cut off can accept the session no more", async () => {
  const session = await signedIn();
  isCutOff = true;
  const revoked = first.sessions.revoke(session.id, { propagated: true });
  await settle();
  assert.ok(await accepts(third, session), "it does not know yet");
  assert.equal((await passTime(revoked)).propagation, "lease_passed");
  assert.ok(!(await accepts(third, session)));
});

test("it waits as well where another process has revoked the session a moment before", async () => {
  const session = await signedIn();
  isCutOff = true;
  await first.sessions.revoke(session.id);
  const again = polling.sessions.revoke(session.id, { propagated: true });
  await settle();
  assert.ok(await accepts(third, session), "it does not know yet");
  const { seq, propagation } = await passTime(again);
  assert.deepEqual([seq, propagation], [null, "lease_passed"]);
  assert.ok(!(await accepts(third, session)));
});

test("no check in a process finds a session of which it was told that it had ended before", async () => {
  const session = await signedIn();
  await first.sessions.revoke(session.id);
  assert.ok(await accepts(polling, session), "it does not know yet");
  await polling.sessions.revoke(session.id);
  assert.ok(!(await accepts(polling, session)));
});
