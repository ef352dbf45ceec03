/** What a run can be told by the environment, so that a longer one is possible and one can be had again. */
export interface FaultRunOptions {
  readonly seed: number;
  readonly signIns: number;
  readonly seconds: number;
  readonly processes: number;
}

/** Reads `SYMBOLON_FAULTS_SEED`, `_SIGN_INS`, `_SECONDS` and `_PROCESSES`. @throws TypeError for what is no number */
export function faultRunOptions(defaults: Omit<FaultRunOptions, "seed">): FaultRunOptions {
  return {
    seed: numberOf("SEED") ?? Math.floor(Math.random() * 2 ** 31),
    signIns: numberOf("SIGN_INS") ?? defaults.signIns,
    seconds: numberOf("SECONDS") ?? defaults.seconds,
    processes: numberOf("PROCESSES") ?? defaults.processes,
  };
}

/** False, or why the run on this store was not asked for. */
export function notAskedFor(store: string): string | false {
  const asked = process.env["SYMBOLON_FAULTS_STORE"] ?? store;
  return asked === store ? false : `did not run: SYMBOLON_FAULTS_STORE is ${asked}`;
}

function numberOf(name: string): number | undefined {
  const text = process.env[`SYMBOLON_FAULTS_${name}`];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new TypeError(`SYMBOLON_FAULTS_${name} must be a whole number; got ${text}`);
  }
  return number;
}
