/**
 * Refuses a misspelt option, which would otherwise silently leave the default in force.
 * @throws TypeError that names it
 */
export function refuseUnknownKeys(options: object, known: readonly string[], name: string): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(
    `${name === "" ? "" : `${name}.`}${unknown} is not an option; there are ${known.join(", ")}`,
  );
}
