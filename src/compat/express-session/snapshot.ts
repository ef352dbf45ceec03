/** A value that is no primitive, by the text it is stored as: two are the same when their texts are. */
class Text {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Remembered = string | number | boolean | null | Text;

/**
 * What the application's keys of a session held at one moment, without its cookie. Primitives are compared as they are and
 * only the rest by its JSON, where express-session hashes the JSON of everything, several times on each request.
 */
export type Snapshot = ReadonlyMap<string, Remembered>;

/** @throws TypeError for what JSON cannot say: cycles and BigInt */
export function takeSnapshot(session: object): Snapshot {
  const snapshot = new Map<string, Remembered>();
  for (const [key, value] of Object.entries(session)) {
    const remembered = key === "cookie" ? undefined : remember(value);
    if (remembered !== undefined) snapshot.set(key, remembered);
  }
  return snapshot;
}

/** Whether a key has another value by now, or has come, or gone. */
export function differs(snapshot: Snapshot, session: object): boolean {
  let seen = 0;
  for (const key of Object.keys(session)) {
    if (key === "cookie") continue;
    const now = remember((session as Record<string, unknown>)[key]);
    if (now === undefined) continue;
    if (!isSame(snapshot.get(key), now)) return true;
    seen += 1;
  }
  return seen !== snapshot.size;
}

/** The keys that were changed, added or removed between two moments. */
export function changedKeys(before: Snapshot, after: Snapshot): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const [key, value] of after) if (!isSame(before.get(key), value)) changed.add(key);
  for (const key of before.keys()) if (!after.has(key)) changed.add(key);
  return changed;
}

/** Undefined for what JSON leaves out. */
function remember(value: unknown): Remembered | undefined {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return undefined;
  // A Date is a string once it is stored.
  return text.startsWith("{") || text.startsWith("[")
    ? new Text(text)
    : (JSON.parse(text) as string);
}

function isSame(before: Remembered | undefined, now: Remembered): boolean {
  return before instanceof Text && now instanceof Text ? before.text === now.text : before === now;
}
