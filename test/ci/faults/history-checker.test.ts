import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHistory } from "./history-checker.ts";
import type { Fault, Line, Outcome } from "./history.ts";
import type { Verdict } from "./verdict.ts";

const second = 1_000_000;
const promised = { leaseMs: 2_000, settledMs: 1_000, sharedFate: false };

/** A customer's lines; each happens within a millisecond from `at` seconds on. */
class Diary {
  readonly lines: Line[] = [];

  signsIn(at: number, session: string, user = "u", tenant = "t"): this {
    return this.#add({ is: "signed-in", ...span(at), session, user, tenant });
  }

  checks(at: number, session: string, outcome: Outcome, tookSeconds = 0.001): this {
    return this.#add({ is: "check", ...span(at, tookSeconds), session, outcome });
  }

  revokes(
    at: number,
    target: Extract<Line, { is: "revoking" }>["target"],
    how: { readonly propagated?: boolean; readonly acknowledgedAt?: number | null } = {},
  ): this {
    const { propagated = false, acknowledgedAt = at } = how;
    const revocation = this.lines.length;
    this.#add({ is: "revoking", start: at * second, revocation, target, propagated });
    const { end } = span(acknowledgedAt ?? at);
    return this.#add(
      acknowledgedAt === null
        ? { is: "not-revoked", end, revocation, code: "outcome_unknown" }
        : { is: "revoked", end, revocation, answer: "revoked" },
    );
  }

  isRefusedSignIn(at: number, code: string, user = "u"): this {
    return this.#add({ is: "not-signed-in", ...span(at), user, tenant: "t", code });
  }

  standsStill(from: number, to: number): this {
    return this.#add({ is: "stood-still", start: from * second, end: to * second });
  }

  #add(line: Line): this {
    this.lines.push(line);
    return this;
  }
}

function span(at: number, tookSeconds = 0.001): { start: number; end: number } {
  return { start: at * second, end: (at + tookSeconds) * second };
}

function verdictOn(diaries: readonly Diary[], faults: readonly Fault[] = []): Verdict {
  const processes = diaries.map(({ lines }, nth) => ({ process: `p${nth}`, run: 0, lines }));
  return checkHistory({ processes, faults }, promised);
}

function rulesBroken(diaries: readonly Diary[], faults: readonly Fault[] = []): string[] {
  return verdictOn(diaries, faults).violations.map(({ rule }) => rule);
}

function fault(process: string | null, from: number, to: number): Fault {
  return { process, kind: "stalled", start: from * second, end: to * second };
}

test("a history in which all goes well breaks no rule, and its longest gap is told", () => {
  const one = new Diary().signsIn(1, "s").revokes(2, { session: "s" }).checks(2.1, "s", "refused");
  const other = new Diary().checks(3.5, "s", "accepted").checks(4.1, "s", "refused");
  const verdict = verdictOn([one, other]);
  assert.deepEqual(verdict.violations, []);
  assert.equal(verdict.longestGapMs, 1_499);
});

test("notices a session that is accepted after the bound", () => {
  const one = new Diary().signsIn(1, "s").revokes(2, { session: "s" });
  assert.deepEqual(rulesBroken([one, new Diary().checks(4.01, "s", "accepted")]), [
    "accepted after the bound",
  ]);
});

test("a process that was stopped in the middle of a check is not blamed for when it wrote it down", () => {
  const one = new Diary().signsIn(1, "s").revokes(2, { session: "s" });
  assert.deepEqual(rulesBroken([one, new Diary().checks(3.9, "s", "accepted", 5)]), []);
});

test("knows a session as ended by a refusal, where the revocation was not acknowledged", () => {
  const one = new Diary()
    .signsIn(1, "s")
    .revokes(2, { session: "s" }, { acknowledgedAt: null })
    .checks(3, "s", "refused");
  assert.deepEqual(rulesBroken([one, new Diary().checks(4.9, "s", "accepted")]), []);
  assert.deepEqual(rulesBroken([one, new Diary().checks(5.1, "s", "accepted")]), [
    "accepted after the bound",
  ]);
});

test("a revocation that nobody acknowledged binds nobody", () => {
  const one = new Diary()
    .signsIn(1, "s")
    .revokes(2, { session: "s" }, { acknowledgedAt: null })
    .checks(9, "s", "accepted");
  assert.deepEqual(rulesBroken([one]), []);
});

test("notices a session that is accepted again by the process that refused it", () => {
  const one = new Diary().signsIn(1, "s").revokes(2, { user: "u" }, { acknowledgedAt: null });
  const other = new Diary().checks(3, "s", "refused").checks(3.5, "s", "accepted");
  assert.deepEqual(rulesBroken([one, other]), ["accepted again after it was refused"]);
});

test("notices a session that is accepted by the process that has revoked it", () => {
  const one = new Diary().signsIn(1, "s").revokes(2, { tenant: "t" }).checks(2.5, "s", "accepted");
  assert.deepEqual(rulesBroken([one]), ["accepted after the process that revoked was answered"]);
});

test("notices a session that is accepted anywhere after a propagated revocation", () => {
  const one = new Diary()
    .signsIn(1, "s")
    .revokes(2, { session: "s" }, { propagated: true, acknowledgedAt: 2.3 });
  const early = new Diary().checks(2.2, "s", "accepted");
  const late = new Diary().checks(2.4, "s", "accepted");
  assert.deepEqual(rulesBroken([one, early]), []);
  assert.deepEqual(rulesBroken([one, late]), ["accepted after a propagated revocation"]);
});

test("notices a session that is refused although no revocation names it", () => {
  const spared = new Diary()
    .signsIn(1, "s")
    .signsIn(1, "kept")
    .signsIn(1, "foreign", "v", "w")
    .revokes(2, { user: "u", except: "kept" });
  for (const session of ["kept", "foreign"]) {
    assert.deepEqual(rulesBroken([spared, new Diary().checks(3, session, "refused")]), [
      "refused although nobody ended it",
    ]);
  }
});

test("notices a session that is refused before anybody revoked it", () => {
  const one = new Diary().signsIn(1, "s").checks(1.5, "s", "refused").revokes(2, { session: "s" });
  assert.deepEqual(rulesBroken([one]), ["refused although nobody ended it"]);
});

test("a sign-in that began after the revocation was acknowledged is not ended by it, one that raced may be", () => {
  const revoker = new Diary().revokes(2, { user: "u" }, { acknowledgedAt: 3 });
  const refused = (at: number) => new Diary().signsIn(at, "s").checks(at + 1, "s", "refused");
  assert.deepEqual(rulesBroken([revoker, refused(2.5)]), []);
  assert.deepEqual(rulesBroken([revoker, refused(3.5)]), ["refused although nobody ended it"]);
});

test("a revocation whose end is unknown may end whoever signs in later", () => {
  const revoker = new Diary().revokes(2, { user: "u" }, { acknowledgedAt: null });
  const later = new Diary().signsIn(9, "s").checks(10, "s", "refused");
  assert.deepEqual(rulesBroken([revoker, later]), []);
});

test("notices a process that does not serve although nothing hinders it", () => {
  const one = new Diary().signsIn(1, "s").checks(9, "s", "unavailable");
  const rule = "unavailable without a fault";
  assert.deepEqual(rulesBroken([one]), [rule]);
  assert.deepEqual(rulesBroken([one], [fault("p0", 7, 8.5)]), []);
  assert.deepEqual(rulesBroken([one], [fault(null, 7, 8.5)]), []);
  assert.deepEqual(rulesBroken([one], [fault("p1", 7, 8.5)]), [rule]);
  assert.deepEqual(rulesBroken([one], [fault("p0", 5, 7.9)]), [rule]);
  const processes = [{ process: "p0", run: 0, lines: one.lines }];
  const elsewhere = { processes, faults: [fault("p1", 7, 8.5)] };
  assert.deepEqual(checkHistory(elsewhere, { ...promised, sharedFate: true }).violations, []);
  one.standsStill(8, 9);
  assert.deepEqual(rulesBroken([one]), []);
});

test("notices a sign-in that is refused without a revocation beside it", () => {
  const beside = new Diary().revokes(2, { user: "u" }, { acknowledgedAt: 3 });
  const superseded = (at: number) => new Diary().isRefusedSignIn(at, "sign_in_superseded");
  assert.deepEqual(rulesBroken([beside, superseded(2.9)]), []);
  assert.deepEqual(rulesBroken([beside, superseded(3.5)]), [
    "sign-in refused without a revocation",
  ]);
  assert.deepEqual(rulesBroken([new Diary().isRefusedSignIn(1, "store_unavailable")]), []);
});
