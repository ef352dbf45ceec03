import type { JsonObject, JsonValue } from "./json.ts";

/** How deep arrays and objects may lie in each other, unless the caller says otherwise. */
const defaultMaxDepth = 16;

/**
 * Parses JSON that everybody must understand alike, or answers undefined. Besides what is not JSON (RFC 8259) it refuses
 * - an object that has a name twice, also if one is spelt with escapes: parsers differ in which of the two counts;
 * - strings that are not well-formed Unicode: as UTF-8, several of them become the same;
 * - the name `__proto__`, which a careless copy takes for a prototype;
 * - values that lie deeper than `maxDepth`.
 * It takes time in proportion to the text; how long that may be is for the caller to limit.
 */
export function parseStrictJson(
  text: string,
  maxDepth: number = defaultMaxDepth,
): JsonValue | undefined {
  if (!text.isWellFormed()) return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  const members = countMembers(value, maxDepth, text.includes("\\u"));
  // Of several members with one name, JSON.parse keeps the last: then the text has more of them than the value.
  return members === countColonsAfterQuotes(text) || members === countNames(text)
    ? value
    : undefined;
}

/** Whether a value is a JSON object, and no array or null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How many members all objects of a value have together; NaN when it holds what is refused. */
function countMembers(value: JsonValue, depthLeft: number, mayBeIllFormed: boolean): number {
  if (typeof value === "string") {
    return mayBeIllFormed && !value.isWellFormed() ? Number.NaN : 0;
  }
  if (typeof value !== "object" || value === null) return 0;
  if (depthLeft === 0) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, depthLeft - 1, mayBeIllFormed);
    return count;
  }
  for (const name of Object.keys(value)) {
    if (name === "__proto__" || (mayBeIllFormed && !name.isWellFormed())) return Number.NaN;
    const member = (value as JsonObject)[name];
    count += 1;
    if (member !== undefined) count += countMembers(member, depthLeft - 1, mayBeIllFormed);
  }
  return count;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * A quicker count, never lower than that of the names: what a string holds may be counted too, and a blank before a colon
 * makes it NaN. So when it equals the members, no name was lost, and when it does not, nothing is known.
 */
function countColonsAfterQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === quote) count += 1;
    else if (isBlank(before)) return Number.NaN;
  }
  return count;
}

/** How many names there are in a text that is known to be JSON: outside of strings, each has its colon. */
function countNames(text: string): number {
  let count = 0;
  let end = 0;
  for (;;) {
    const start = text.indexOf('"', end);
    if (start === -1) return count;
    end = endOfString(text, start + 1);
    while (isBlank(text.charCodeAt(end))) end += 1;
    if (text.charCodeAt(end) === colon) count += 1;
  }
}

/** The place behind the closing quote of the string whose first character is at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, place: number): boolean {
  let first = place;
  while (text.charCodeAt(first - 1) === backslash) first -= 1;
  return (place - first) % 2 === 1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
