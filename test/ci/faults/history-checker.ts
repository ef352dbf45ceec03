import { checkAvailability } from "./availability-checker.ts";
import type { History, ProcessHistory, Target } from "./history.ts";
import {
  inMs,
  linesOf,
  nameOf,
  type Of,
  type Promised,
  type Verdict,
  type Violation,
} from "./verdict.ts";

/** One revocation, put together from what its process wrote before and after. */
interface Revocation {
  readonly process: ProcessHistory;
  readonly target: Target;
  readonly propagated: boolean;
  readonly invokedAt: number;
  /** When it was known to be done; null when it may have been done, or may be later. */
  readonly acknowledgedAt: number | null;
}

/** What all histories together say about one session. */
interface SessionStory {
  readonly id: string;
  /** Revocations that may end it. */
  readonly named: readonly Revocation[];
  readonly firstNamedAt: number;
  /** Whoever asks from here on is told by every store that it has ended. */
  readonly endedAt: number;
  readonly acknowledgedAt: number;
  readonly propagatedAt: number;
}

/**
 * Holds histories of processes to what is promised about revocations.
 *
 * G2 is about when a process *decides*, and that is not seen from outside: a process may be stopped between the two
 * moments that it wrote down. But no decision comes before its call. So only calls that *started* after the bound are
 * held against it. No honest history is blamed for that, and little is missed: a known session is judged within
 * microseconds of the call, and many are called for at any moment.
 *
 * A session is known to have ended from the first acknowledgement of a revocation that names it, or from the end of the
 * first refusal by any process: then its end is in the store. That holds for stores that lose nothing.
 */
export function checkHistory(history: History, promised: Promised): Verdict {
  const revocations = history.processes.flatMap(revocationsOf);
  const stories = storiesOf(history, revocations);
  const violations = history.processes.flatMap((process) => [
    ...checkAcceptances(process, stories, promised),
    ...checkRefusals(process, stories),
    ...checkSignIns(process, revocations),
  ]);
  const { unavailable, ...availability } = checkAvailability(history, promised);
  return {
    violations: [...violations, ...unavailable].sort((one, other) => one.at - other.at),
    longestGapMs: longestGapOf(history, stories),
    ...availability,
  };
}

function revocationsOf(process: ProcessHistory): Revocation[] {
  const answers = new Map(linesOf(process, "revoked").map((line) => [line.revocation, line]));
  return linesOf(process, "revoking").map((line) => ({
    process,
    target: line.target,
    propagated: line.propagated,
    invokedAt: line.start,
    acknowledgedAt: answers.get(line.revocation)?.end ?? null,
  }));
}

/** Whether a revocation concerns a session that was signed in like this. */
function names(revocation: Revocation, signedIn: Of<"signed-in">): boolean {
  const { target, acknowledgedAt } = revocation;
  if ("session" in target) return target.session === signedIn.session;
  // A sign-in that began after the acknowledgement comes after the revocation, whichever process it came to.
  if (acknowledgedAt !== null && acknowledgedAt < signedIn.start) return false;
  if ("tenant" in target) return target.tenant === signedIn.tenant;
  return target.user === signedIn.user && target.except !== signedIn.session;
}

function storiesOf(
  history: History,
  revocations: readonly Revocation[],
): ReadonlyMap<string, SessionStory> {
  const byTarget = Map.groupBy(revocations, ({ target }) => keyOf(target));
  const refusedAt = new Map<string, number>();
  for (const process of history.processes) {
    for (const { outcome, session, end } of linesOf(process, "check")) {
      if (outcome !== "refused") continue;
      refusedAt.set(session, Math.min(end, refusedAt.get(session) ?? Number.POSITIVE_INFINITY));
    }
  }
  const stories = new Map<string, SessionStory>();
  for (const process of history.processes) {
    for (const signedIn of linesOf(process, "signed-in")) {
      const { session, user, tenant } = signedIn;
      const named = [`session ${session}`, `user ${user}`, `tenant ${tenant}`]
        .flatMap((key) => byTarget.get(key) ?? [])
        .filter((revocation) => names(revocation, signedIn));
      const acknowledgedAt = first(named.map((each) => each.acknowledgedAt));
      stories.set(session, {
        id: session,
        named,
        firstNamedAt: first(named.map(({ invokedAt }) => invokedAt)),
        acknowledgedAt,
        endedAt: Math.min(acknowledgedAt, refusedAt.get(session) ?? Number.POSITIVE_INFINITY),
        propagatedAt: first(
          named.filter(({ propagated }) => propagated).map((each) => each.acknowledgedAt),
        ),
      });
    }
  }
  return stories;
}

function keyOf(target: Target): string {
  if ("session" in target) return `session ${target.session}`;
  return "user" in target ? `user ${target.user}` : `tenant ${target.tenant}`;
}

function first(times: readonly (number | null)[]): number {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...times.filter((time): time is number => time !== null),
  );
}

function* checkAcceptances(
  process: ProcessHistory,
  stories: ReadonlyMap<string, SessionStory>,
  { leaseMs }: Promised,
): Generator<Violation> {
  const refusedHere = new Map<string, number>();
  for (const { outcome, session, end } of linesOf(process, "check")) {
    if (outcome === "refused") {
      refusedHere.set(session, Math.min(end, refusedHere.get(session) ?? end));
    }
  }
  for (const { outcome, session, start } of linesOf(process, "check")) {
    const story = stories.get(session);
    if (outcome !== "accepted" || story === undefined) continue;
    const violation = (rule: Violation["rule"], since: number): Violation => ({
      rule,
      process: nameOf(process),
      session,
      at: start,
      story: `${inMs(start - since)} ms after ${inMs(since)} ms`,
    });
    if (start > story.endedAt + leaseMs * 1_000) {
      yield violation("accepted after the bound", story.endedAt);
    }
    if (start > story.propagatedAt) {
      yield violation("accepted after a propagated revocation", story.propagatedAt);
    }
    const own = first(
      story.named.filter((each) => each.process === process).map((each) => each.acknowledgedAt),
    );
    if (start > own) {
      yield violation("accepted after the process that revoked was answered", own);
    }
    const refusedAt = refusedHere.get(session) ?? Number.POSITIVE_INFINITY;
    if (start > refusedAt) yield violation("accepted again after it was refused", refusedAt);
  }
}

function* checkRefusals(
  process: ProcessHistory,
  stories: ReadonlyMap<string, SessionStory>,
): Generator<Violation> {
  for (const { outcome, session, end, code = "" } of linesOf(process, "check")) {
    if (outcome !== "refused") continue;
    const since = stories.get(session)?.firstNamedAt ?? Number.POSITIVE_INFINITY;
    if (end >= since) continue;
    yield {
      rule: "refused although nobody ended it",
      process: nameOf(process),
      session,
      at: end,
      story: code,
    };
  }
}

function* checkSignIns(
  process: ProcessHistory,
  revocations: readonly Revocation[],
): Generator<Violation> {
  for (const line of linesOf(process, "not-signed-in")) {
    if (line.code === "store_unavailable" || line.code === "outcome_unknown") continue;
    const mayConcern = ({ target, invokedAt, acknowledgedAt }: Revocation): boolean =>
      (("user" in target && target.user === line.user) ||
        ("tenant" in target && target.tenant === line.tenant)) &&
      invokedAt < line.end &&
      (acknowledgedAt ?? Number.POSITIVE_INFINITY) > line.start;
    if (line.code === "sign_in_superseded" && revocations.some(mayConcern)) continue;
    yield {
      rule: "sign-in refused without a revocation",
      process: nameOf(process),
      session: "",
      at: line.end,
      story: `${line.code} of ${line.user}`,
    };
  }
}

function longestGapOf(history: History, stories: ReadonlyMap<string, SessionStory>): number {
  let longest = 0;
  for (const process of history.processes) {
    for (const { outcome, session, start } of linesOf(process, "check")) {
      if (outcome !== "accepted") continue;
      const since = stories.get(session)?.acknowledgedAt ?? Number.POSITIVE_INFINITY;
      longest = Math.max(longest, start - since);
    }
  }
  return inMs(longest);
}
