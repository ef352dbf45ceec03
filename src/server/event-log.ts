import type { Logger } from "pino";
import type { Auth } from "../auth.ts";
import type { AuthEventName } from "../core/events.ts";

const audited: readonly AuthEventName[] = [
  "session.started",
  "sessions.ended",
  "user.registered",
  "password.changed",
  "sign_in.failed",
  "request.refused",
];

/** Writes what happens to the log: one line an event, none with a secret. */
export function logEvents(auth: Auth, logger: Logger): void {
  for (const name of audited) auth.on(name, (event) => logger.info({ event: name, ...event }));
  auth.on("warning", ({ code, message }) => logger.warn({ event: "warning", code }, message));
  auth.on("store.failed", ({ method, error }) =>
    logger.error({ event: "store.failed", method, err: error }, "the store failed"),
  );
  auth.on("error", ({ error }) => logger.error({ event: "error", err: error }));
}
