import type { AuthOptions } from "symbolon";

export const raceWindowMs = 3_000;

/** As short as a stop of a process and the machine's other work allow, so that a token is promoted every ten seconds or so. */
export const options: Pick<AuthOptions, "strategy" | "accessTokens" | "refreshTokens"> = {
  strategy: "hybrid",
  accessTokens: { lifetime: "12s" },
  refreshTokens: { raceWindow: raceWindowMs },
};
