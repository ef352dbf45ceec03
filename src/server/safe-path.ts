/** Any origin will do: it only shows whether a path leaves the one it is resolved against. */
const anyOrigin = "http://symbolon.invalid";
const longestPath = 2_048;

/** Browsers drop tabs and newlines from URLs and read a backslash as a slash, so `/\t/evil` leaves the site. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafeCharacter = /[\u0000-\u001f\u007f\\]/;

/** A proxy or a framework may decode once before the browser reads it. */
const encodedControl = /%[01][0-9a-f]|%7f/i;
const encodedSlash = /%2f|%5c/i;

/**
 * Where to go after a form, from the `next` that came with the request: a path, query and fragment on this
 * origin, normalized and ASCII, fit for a `Location` header. Everything else answers `fallback`: an absent or
 * overlong value, another origin in any spelling, control characters, backslashes, encoded slashes in the path.
 */
export function safeReturnPath(next: string | undefined, fallback: string): string {
  if (next === undefined || next.length > longestPath) return fallback;
  if (!next.startsWith("/") || next.startsWith("//")) return fallback;
  if (unsafeCharacter.test(next) || encodedControl.test(next)) return fallback;

  const url = URL.parse(next, anyOrigin);
  if (url === null || url.origin !== anyOrigin) return fallback;
  // `/.//evil` resolves to the path `//evil`, which would leave the site when it is resolved a second time.
  if (url.pathname.startsWith("//") || encodedSlash.test(url.pathname)) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
