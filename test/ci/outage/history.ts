import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { serverFor, type Library } from "../../stores/redis/own-server.ts";
import type { Answer } from "./answers.ts";
import { conditionOf, type Condition } from "./condition.ts";
import { crowdSizes, Load, type Customer } from "./load.ts";
import { answersPing, elsewhere, signedIn, startApplication, type Settings } from "./world.ts";

const beforeMs = 3_000;
const afterMs = 3_000;

export interface Outage {
  readonly library: Library;
  readonly settings: Settings;
  /** `frozen`: the connections stay open and nothing answers. `ended`: refused, then started with its append-only file. */
  readonly how: "frozen" | "ended";
  readonly lastsMs: number;
}

/** Everything that was seen of one outage. Times are of the test's monotonic clock, in milliseconds. */
export interface History {
  readonly answers: readonly Answer[];
  readonly downAt: number;
  /** When the store itself answered again. */
  readonly backAt: number;
  readonly before: Condition;
  readonly during: Condition;
  readonly after: Condition;
  /** Answers to sessions that were revoked: half a second before the outage, and just before it. */
  readonly revoked: {
    readonly patientlyDuring: readonly number[];
    readonly during: readonly number[];
    readonly after: readonly number[];
  };
  /** Sessions that nobody ended and that do not open any more. */
  readonly lost: readonly string[];
  /** What was answered 503 and took effect all the same. */
  readonly lateSignIns: readonly Answer[];
  readonly lateSignOuts: readonly Answer[];
}

/** Has an application live through an outage under load. */
export async function liveThrough(
  t: TestContext,
  { library, settings, how, lastsMs }: Outage,
): Promise<History> {
  const server = await serverFor(t, ["--appendonly", "yes", "--appendfsync", "always"]);
  const sizes = crowdSizes(Math.ceil((beforeMs + lastsMs + afterMs) / 1_000) + 5);
  const crowd = await elsewhere(server.port, async (auth) => ({
    warm: await signedIn(auth, "warm", 100),
    strangers: await signedIn(auth, "stranger", sizes.strangers),
    leavers: await signedIn(auth, "leaver", sizes.leavers),
    early: await signedIn(auth, "revoked-early", 3),
    late: await signedIn(auth, "revoked-late", 3),
  }));
  const { port } = await startApplication(t, server.port, library, settings);
  await decided(port, crowd.warm.slice(0, 1));
  const load = new Load(port, crowd);
  t.after(() => load.stop());
  const [early, late] = [crowd.early, crowd.late];

  await pause(beforeMs - 1_000);
  await statuses(port, "/guarded", [...early, ...late]);
  await elsewhere(server.port, (auth) => revoke(auth, early));
  await pause(1_000);
  const before = await conditionOf(port);
  await elsewhere(server.port, (auth) => revoke(auth, late));

  const downAt = performance.now();
  if (how === "frozen") server.suspend();
  else await server.kill();
  await pause(lastsMs / 4);
  const patientlyDuring = await statuses(port, "/patient", early);
  const guardedDuring = await statuses(port, "/guarded", [...early, ...late]);
  await pause(downAt + lastsMs - performance.now());
  const during = await conditionOf(port);

  const answering = answersPing(server.port);
  const restarted = how === "frozen" ? server.resume() : server.restart();
  const backAt = await answering;
  await restarted;
  await pause(backAt + 1_000 - performance.now());
  const after = await decided(port, [...early, ...late]);
  await pause(backAt + afterMs - performance.now());
  await load.stop();

  return {
    answers: load.answers,
    downAt,
    backAt,
    before,
    during,
    after: await conditionOf(port),
    revoked: { patientlyDuring, during: guardedDuring, after },
    ...(await elsewhere(server.port, (auth) => aftermath(auth, crowd, load.answers))),
  };
}

type Auth = Parameters<Parameters<typeof elsewhere>[1]>[0];

async function aftermath(
  auth: Auth,
  {
    warm,
    strangers,
  }: { readonly warm: readonly Customer[]; readonly strangers: readonly Customer[] },
  answers: readonly Answer[],
): Promise<Pick<History, "lost" | "lateSignIns" | "lateSignOuts">> {
  const lives = async (who: string) => (await auth.sessions.list(who)).length > 0;
  const lost: string[] = [];
  for (const { who, cookie } of [...warm, ...strangers]) {
    if ((await auth.authenticate({ host: "localhost", cookie })) === null) lost.push(who);
  }
  const lateSignIns: Answer[] = [];
  const lateSignOuts: Answer[] = [];
  for (const answer of answers) {
    if (answer.status !== 503) continue;
    if (answer.kind === "sign-in" && (await lives(answer.who))) lateSignIns.push(answer);
    if (answer.kind === "sign-out" && !(await lives(answer.who))) lateSignOuts.push(answer);
  }
  return { lost, lateSignIns, lateSignOuts };
}

async function revoke(auth: Auth, customers: readonly Customer[]): Promise<void> {
  for (const { who } of customers) await auth.sessions.revokeAll({ userId: who });
}

/** Their answers, once none of them is 503 any more. */
async function decided(port: number, customers: readonly Customer[]): Promise<number[]> {
  for (let tries = 1; ; tries += 1) {
    const answers = await statuses(port, "/guarded", customers);
    if (tries === 100 || !answers.includes(503)) return answers;
    await pause(50);
  }
}

async function statuses(
  port: number,
  path: string,
  customers: readonly Customer[],
): Promise<number[]> {
  return Promise.all(
    customers.map(async ({ cookie }) => {
      const answer = await fetch(`http://localhost:${port}${path}`, { headers: { cookie } });
      await answer.body?.cancel();
      return answer.status;
    }),
  );
}
