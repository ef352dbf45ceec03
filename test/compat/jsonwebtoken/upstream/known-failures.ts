/** Tests of jsonwebtoken that the replacement fails otherwise than the original, by their full titles, each with the reason why it should. */
export const knownFailures: ReadonlyMap<string, string> = new Map();
