import type { PresentedTokens, ResumeVerdict } from "../../../src/core/sessions/resume.ts";
import type { CloseReason } from "../../../src/core/sessions/bindings.ts";
import { leaseMs, settledSessions, type Act, type Watched, type WorldBounds } from "./bounds.ts";
import type { Finding, Oracle } from "./oracle.ts";
import type { Operation, Process } from "./process.ts";

/** What a deed needs to know of the world around its process. */
export interface Scene {
  readonly bounds: WorldBounds;
  readonly oracle: Oracle;
  readonly now: () => number;
  /** What clients hold, by the name of the session. */
  readonly tokens: Map<string, PresentedTokens>;
  /** What is still to be done, by the name of its step. */
  readonly acts: Map<string, Act>;
}

/** A request comes with the token of a session: as `src/http/authentication.ts` judges it. */
export function check(scene: Scene, process: Process, watched: Watched): void {
  const { oracle, now, bounds, tokens } = scene;
  const [held] = tokens.get(watched) ?? [];
  if (held === undefined) return;
  const { resumer, cache } = process;
  const presented: PresentedTokens = [cache.get(held.token) ?? held];
  const tell = (found: Finding, patienceMs = 0): void =>
    oracle.decided(process, held.sessionId, found, now(), patienceMs);
  const told = (verdict: ResumeVerdict): void =>
    tell(verdict.outcome === "resumed" ? verdict.session : "ended");
  const known = resumer.resumeKnown(presented);
  if (known !== null) return told(known);
  const snapshot = bounds.staleForMs > 0 && "resumed" in presented[0];
  const end = beginOperation(process, `check ${watched} ${snapshot}`);
  resumer
    .resume(presented)
    .finally(end)
    .then(told, () => {
      const stale = bounds.staleForMs > 0 ? resumer.lastKnown(presented) : null;
      if (stale !== null && stale.ageMs <= leaseMs + bounds.staleForMs) {
        return tell(stale.resumed.session, bounds.staleForMs);
      }
      const isExcused = bounds.failures > 0 || bounds.moves + bounds.acts.length > 2;
      if (!isExcused) oracle.blame(`${process.name} cannot say, though the store answers`);
      tell("unknown");
    });
}

/** The store says that something was logged: what waits for the sync that is in flight will ask once more. */
export function hint(process: Process): void {
  const [follower] = process.log.followers;
  if (follower?.isSyncing === true) {
    const end = beginOperation(process, "hint");
    void follower.sync().then(end, end);
  }
  process.hint();
}

/** Answers how to end it. */
function beginOperation({ operations }: Process, begun: string): () => void {
  const operation: Operation = { begun, arrivals: "" };
  operations.add(operation);
  return () => void operations.delete(operation);
}

/** An act of the application, through the engine's own calls. */
export function beginAct(scene: Scene, process: Process, name: string): void {
  const act = scene.acts.get(name);
  if (act === undefined) throw new RangeError(`there is no such act: ${name}`);
  scene.acts.delete(name);
  const { oracle, now } = scene;
  const { directory } = process;
  const end = beginOperation(process, name);
  const propagated = "propagated" in act && (act.propagated ?? false);
  switch (act.does) {
    case "revoke":
      void directory
        .revoke(settledSessions[act.session ?? "victim"].id, { propagated })
        .finally(end)
        .then(() => {
          process.told.add(settledSessions[act.session ?? "victim"].id);
          if (propagated) oracle.propagated();
        }, ignore);
      return;
    case "revokeAll": {
      const except = act.except === undefined ? undefined : settledSessions[act.except].id;
      oracle.revokeAllCalled(except, now());
      const target = { userId: "u", ...(except !== undefined && { except }) };
      void directory.revokeAll(target).finally(end).catch(ignore);
      return;
    }
    case "updateAll":
      void directory
        .updateAll("u", { claims: { role: "new" } })
        .finally(end)
        .then(() => process.told.add("changed"), ignore);
      return;
    case "signIn":
      return signIn(scene, process, name, act, end);
  }
}

/** The request arrives first; what it comes to is the next act of the same name. */
function signIn(
  { acts, oracle, now, tokens }: Scene,
  process: Process,
  name: string,
  act: Act,
  end: () => void,
): void {
  const { position, sessions } = process;
  if (position === null) {
    process.position = sessions.position();
    process.signIn = oracle.requested(now());
    acts.set(name, act);
    return end();
  }
  const { signIn } = process;
  const { methods, assuranceLevel } = settledSessions.victim;
  sessions
    .start({
      userId: "u",
      tenantId: null,
      methods,
      assuranceLevel,
      persistent: false,
      userAgent: null,
      address: null,
      claims: {},
      replaces: null,
      position,
    })
    .finally(end)
    .then(
      ({ session: { id: sessionId, secretHash }, credential }) => {
        const token = credential.kind === "session token" ? credential.sessionToken : "";
        tokens.set("new", [{ token, sessionId, secretHash }]);
      },
      (error: unknown) => {
        if (signIn !== null && isSuperseded(error)) oracle.superseded(signIn);
      },
    );
}

const bindingStaleForMs = 1_000;

/** A connection is opened by a request whose session the process knows. */
export function bindConnection({ bounds, tokens, oracle }: Scene, process: Process): void {
  const connection: { closed: CloseReason | null } = { closed: null };
  process.connections.push(connection);
  const [held] = tokens.get(bounds.watch[0] ?? "victim") ?? [];
  const cached = held === undefined ? undefined : process.cache.get(held.token);
  const verdict = cached === undefined ? null : process.resumer.resumeKnown([cached]);
  const principal = verdict?.outcome === "resumed" ? verdict.by("cookie").principal : null;
  if (principal === null) {
    connection.closed = "session_revoked";
    return;
  }
  const close = (reason: CloseReason): void => {
    connection.closed = reason;
    if (reason === "session_revoked" && oracle.endOf(principal.sessionId) === null) {
      oracle.blame(`${process.name} closes the connection of a live session`);
    }
  };
  process.bindings.bind(principal, close, { staleFor: bindingStaleForMs });
}

/** A sync has ended. What was ended before the last successful one was sent is closed now, or `staleFor` past the lease. */
export function closesInTime(
  { bounds, oracle, now, tokens }: Scene,
  process: Process,
  syncedAt: number,
): void {
  const [held] = tokens.get(bounds.watch[0] ?? "victim") ?? [];
  const endedAt = held === undefined ? null : oracle.endOf(held.sessionId);
  if (endedAt === null || process.connections.every(({ closed }) => closed !== null)) return;
  const isKnown = syncedAt > endedAt;
  const isLate = now() > endedAt + leaseMs + bindingStaleForMs;
  if (isKnown || isLate) oracle.blame(`${process.name} leaves a connection open`);
}

function isSuperseded(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "sign_in_superseded";
}

/** What fails is told by what the store has written. */
function ignore(): void {}
