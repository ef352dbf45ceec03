/** As many as an indexed column of every database takes. */
const maxLength = 255;

/**
 * Whether every store can keep this as an id: 1 to 255 UTF-16 code units, without NUL, which PostgreSQL refuses, and
 * without half of a surrogate pair, which drivers replace, so that two ids would become one.
 */
export function isIdentifier(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= maxLength &&
    !value.includes("\0") &&
    value.isWellFormed()
  );
}

/**
 * The id of a user or tenant, or the key of session data, as the application gave it.
 * @throws TypeError that names it, when no store could keep it
 */
export function checkIdentifier(name: string, value: unknown): string {
  if (isIdentifier(value)) return value;
  throw new TypeError(
    `${name} must be a string of 1 to ${maxLength} UTF-16 code units, without NUL and without half of a surrogate pair`,
  );
}
