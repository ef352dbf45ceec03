/**
 * Tests of jsonwebtoken that the replacement fails, by their full titles, each with the reason why it should. Nobody has
 * run them all yet; until then the table is empty, and the first run of a checkout says what belongs here.
 */
export const knownFailures: ReadonlyMap<string, string> = new Map();
