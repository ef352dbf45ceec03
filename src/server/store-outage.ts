/** What drivers say of a server that is not there, or not yet: it may come, and then everything is well. */
const away: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "PROTOCOL_CONNECTION_LOST",
  "ER_CON_COUNT_ERROR",
  "53300", // PostgreSQL: too_many_connections
  "57P03", // PostgreSQL: cannot_connect_now, while it starts
]);

/** How long the server waits for its store at start. */
const patienceMs = 5_000;

/**
 * Opens the store of a server that starts. Answers null, or why the store is away: the server starts all the same, and
 * the store is opened by the first call that reaches it.
 * @throws what opening throws when waiting would not help: a wrong password, a database that is not up to date
 */
export async function openOrAway(open: () => Promise<void>): Promise<Error | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(
      () => resolve(new Error(`it did not answer within ${patienceMs} ms`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([open().then(() => null), late]);
  } catch (error) {
    if (error instanceof Error && "code" in error && away.has(error.code)) return error;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
