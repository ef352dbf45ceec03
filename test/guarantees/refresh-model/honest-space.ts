import { firstLineage, type Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import type { Ruling, Rules } from "./rules.ts";
import type { Mark, Move, Space } from "./search.ts";
import { Canon, hashOf, modelToken, type ModelToken } from "./tokens.ts";

/** What can happen to an honest user. Times are ticks. */
export interface HonestBounds {
  readonly raceWindow: number;
  /** From sending a request to having its answer; what takes longer is lost. */
  readonly roundTrip: number;
  /** Requests under way at once, of however many tabs. */
  readonly requests: number;
  /**
   * Servers may stand still after they have read and before they answer, for any time, which then does not count as round
   * trip; an answer that is later than `answerWithin` is refused, or the request is judged again. Null: it all counts.
   */
  readonly pauses: {
    readonly answerWithin: number;
    readonly late: "refused" | "judged again";
  } | null;
  /** How late one answer may be, once: in the socket of a machine that sleeps, say. Null: none is. */
  readonly straggler: number | null;
  /** How long a cookie may take to reach the disk, where a killed browser finds it again; null: it is never killed. */
  readonly flush: number | null;
  /** Whether proxies send a request twice. */
  readonly repeats: boolean;
  /** How many promotions a failover may forget, once; 0: there is none. */
  readonly forgets: number;
}

type Request = {
  readonly token: ModelToken;
  readonly sentAt: number;
  /** Killed browsers and proxies do not wait for the answer. */
  readonly awaited: boolean;
} & (
  | { readonly phase: "sent" }
  /** Read and judged, and the server stands still before it issues a child. */
  | {
      readonly phase: "judged";
      readonly readAt: number;
      readonly ruling: Ruling;
      readonly generation: number;
    }
  | { readonly phase: "answered"; readonly child: ModelToken }
);

type Add = (name: string, change: Partial<HonestState>, mark?: Mark) => void;

/** An honest user with one cookie jar, what is under way, and the record. */
export interface HonestState {
  readonly now: number;
  readonly issued: number;
  readonly lineage: Lineage;
  /** What the record was before; empty when it cannot be forgotten. */
  readonly past: readonly Lineage[];
  readonly jar: ModelToken;
  /** What the jar held before, and until when: the disk may still have it. */
  readonly disk: readonly { readonly token: ModelToken; readonly until: number }[];
  readonly requests: readonly Request[];
  /** The one answer that took too long, if there was one. */
  readonly straggler?: Request;
  readonly forgot: boolean;
  readonly ended: boolean;
}

export interface HonestSpace extends Space<HonestState> {
  /** The key of a state in which somebody else holds tokens too. */
  keyWith(state: HonestState, held: readonly ModelToken[]): string;
}

/**
 * All that can happen to an honest user whose refreshes are sent, served, answered, delivered and lost in any order, any
 * number of times. Losing an answer is also what a page does that cannot store one. That concurrent requests of several
 * processes are served one after the other loses nothing: whoever loses the compare-and-swap is judged again, and a
 * verdict that writes is the same later as long as the record is (`g3-refresh-races.test.ts` runs the real thing).
 */
export function honestSpace(rules: Rules, bounds: HonestBounds): HonestSpace {
  const { raceWindow, roundTrip } = bounds;

  function movesOf(state: HonestState): Move<HonestState>[] {
    if (state.ended) return [];
    const moves: Move<HonestState>[] = [];
    const add: Add = (name, change, mark) => {
      const move = { name, to: { ...state, ...change } };
      moves.push(mark === undefined ? move : { ...move, mark });
    };
    if (state.requests.length < bounds.requests) {
      const request: Request = {
        phase: "sent",
        token: state.jar,
        sentAt: state.now,
        awaited: true,
      };
      add(`send ${state.jar.name}`, { requests: [...state.requests, request] });
    }
    for (const request of state.requests) addMovesOf(state, request, add);
    const after = passed(state);
    if (after !== null) add("tick", after, "time");
    for (const { token } of state.disk) {
      add(`kill, jar has ${token.name} again`, {
        jar: token,
        disk: [],
        requests: state.requests.flatMap((each) =>
          each.phase === "sent" ? [{ ...each, awaited: false }] : [],
        ),
      });
    }
    if (!state.forgot) {
      for (const lineage of state.past) {
        const back = state.lineage.generation - lineage.generation;
        add(`failover, ${back} promotions forgotten`, { lineage, past: [], forgot: true });
      }
    }
    return moves;
  }

  function addMovesOf(state: HonestState, request: Request, add: Add): void {
    const others = state.requests.filter((each) => each !== request);
    const { name } = request.token;
    add(`lose ${name}`, { requests: others });
    if (request.phase === "sent") {
      addServings(state, request, others, add);
      if (bounds.repeats && request.awaited && state.requests.length < bounds.requests) {
        add(`repeat ${name}`, { requests: [...state.requests, { ...request, awaited: false }] });
      }
    } else if (request.phase === "judged") {
      const { pauses } = bounds;
      const paused = state.now - request.readAt;
      const sentAt = pauses === null ? request.sentAt : request.sentAt + paused;
      if (pauses === null || paused <= pauses.answerWithin) {
        const { ruling, generation } = request;
        add(...answered(state, { ...request, sentAt }, ruling, generation, others));
      } else if (pauses.late === "judged again") {
        const again: Request = { phase: "sent", token: request.token, sentAt, awaited: true };
        add(`${name} took too long`, { requests: [...others, again] });
      }
    } else {
      const { child } = request;
      const old = { token: state.jar, until: state.now };
      const disk = bounds.flush === null ? [] : [...state.disk, old];
      add(`deliver ${child.name}`, { jar: child, disk, requests: others }, "owner served");
    }
  }

  function addServings(
    state: HonestState,
    request: Request,
    others: readonly Request[],
    add: Add,
  ): void {
    const { token, sentAt, awaited } = request;
    const ruling = rules(state.lineage, token, state.now, raceWindow);
    if (ruling.outcome === "reuse") return add(`${token.name}: reuse`, { ended: true });
    const lineage = ruling.next ?? state.lineage;
    const past =
      ruling.next === null || bounds.forgets === 0 || state.forgot
        ? state.past
        : [state.lineage, ...state.past].slice(0, bounds.forgets);
    const served = { ...state, lineage, past };
    add(...answered(served, request, ruling, lineage.generation, others));
    if (ruling.childOf !== null && ruling.next === null && awaited) {
      const { generation } = lineage;
      const judged = { phase: "judged", token, sentAt, awaited, readAt: state.now } as const;
      add(`read ${token.name}`, { requests: [...others, { ...judged, ruling, generation }] });
    }
  }

  /** The state in which a request has its answer; one that holds nothing for the jar is as good as delivered. */
  function answered(
    state: HonestState,
    { token, sentAt, awaited }: Pick<Request, "token" | "sentAt" | "awaited">,
    { outcome, childOf }: Ruling,
    generation: number,
    others: readonly Request[],
  ): Parameters<Add> {
    const { lineage, past } = state;
    const name = `${token.name}: ${outcome}`;
    if (childOf === null || !awaited) {
      return [name, { lineage, past, requests: others }, awaited ? "owner served" : undefined];
    }
    const issued = state.issued + 1;
    const child = modelToken(issued, generation + 1, childOf, state.now);
    const answer: Request = { phase: "answered", token, sentAt, awaited, child };
    const requests = [...others, answer];
    return [`${name}, ${child.name}`, { lineage, past, issued, requests }];
  }

  function passed(state: HonestState): Partial<HonestState> | null {
    const [late, ...others] = state.requests.filter((each) => !mayWait(state, each));
    const { straggler = late } = state;
    if (others.length > 0 || (late !== undefined && !mayStraggle(state, late))) return null;
    const now = state.now + 1;
    const { flush } = bounds;
    const disk = state.disk.filter(({ until }) => flush !== null && now - until <= flush);
    return straggler === undefined ? { now, disk } : { now, disk, straggler };
  }

  function mayWait(state: HonestState, request: Request): boolean {
    if (bounds.pauses !== null && request.phase === "judged") return true;
    return state.now - request.sentAt < roundTrip;
  }

  function mayStraggle(state: HonestState, request: Request): boolean {
    if (bounds.straggler === null || request.phase !== "answered") return false;
    if (state.straggler !== undefined && state.straggler !== request) return false;
    return state.now - request.sentAt < bounds.straggler;
  }

  function keyWith(state: HonestState, held: readonly ModelToken[]): string {
    if (state.ended) return "ended";
    const canon = new Canon(state.lineage, state.now, raceWindow);
    const words = [canon.lineage(state.lineage), canon.token(state.jar)];
    for (const { token, until } of state.disk) {
      words.push(`${canon.token(token)}@${state.now - until}`);
    }
    const requests = state.requests.map((each) => ({ each, order: orderOf(state, each, canon) }));
    requests.sort((a, b) => (a.order < b.order ? -1 : 1));
    for (const { each, order } of requests) {
      words.push(order, canon.token(each.phase === "answered" ? each.child : each.token));
    }
    for (const lineage of state.past) words.push(canon.lineage(lineage));
    if (state.forgot) words.push("forgot");
    if (state.straggler !== undefined) words.push("late");
    const kinds = held.map((token) => ({ token, kind: canon.kind(token) }));
    kinds.sort((a, b) => (a.kind < b.kind ? -1 : 1));
    for (const { token } of kinds) words.push(`+${canon.token(token)}`);
    return words.join(" ");
  }

  function orderOf(state: HonestState, request: Request, canon: Canon): string {
    const token = request.phase === "answered" ? request.child : request.token;
    const kind = `${request.phase[0] ?? ""}${request.awaited ? "" : "x"}${canon.kind(token)}`;
    if (request.phase !== "judged") return `${kind}@${state.now - request.sentAt}`;
    const paused = Math.min(state.now - request.readAt, raceWindow + 1);
    const until = bounds.pauses === null ? state.now : request.readAt;
    return `${kind}@${until - request.sentAt}+${paused}`;
  }

  return {
    start: {
      now: 0,
      issued: 0,
      lineage: firstLineage(hashOf(0), 0),
      past: [],
      jar: modelToken(0, 0, null, 0),
      disk: [],
      requests: [],
      forgot: false,
      ended: false,
    },
    key: (state) => keyWith(state, []),
    keyWith,
    moves: movesOf,
    violation: ({ ended }) => (ended ? "an honest session has ended" : null),
  };
}
