/** Told of what failed without failing what the user asked for. Holds no secret; must not throw. */
export type ReportProblem = (message: string, cause: unknown) => void;
