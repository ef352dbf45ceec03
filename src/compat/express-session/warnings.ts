const given = new Set<string>();

/** Says once per process that something is deprecated; `node --no-deprecation` silences it. */
export function warnOnce(message: string): void {
  if (given.has(message)) return;
  given.add(message);
  process.emitWarning(`symbolon/compat/express-session: ${message}`, "DeprecationWarning");
}
