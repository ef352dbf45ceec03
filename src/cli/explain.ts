/** A sentence for the operator, with what lies beneath. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    return `${error.message}. Set PORT to another one, or stop what listens there.`;
  }
  // Where a name has several addresses, of which none answers, the message is empty.
  const message = error.message || ("code" in error ? String(error.code) : error.name);
  return error.cause instanceof Error ? `${message} ${explain(error.cause)}` : message;
}
