import type { ServerResponse } from "node:http";

/**
 * A response that hands out a session must not be handed to somebody else by a cache. Without a word of the application it
 * is not stored at all. What the application says is kept but for shared caches: whoever stored it there would give
 * this session to all who follow (RFC 9111, sections 5.2.2.7 and 7.3).
 */
export function keepFromCaches(response: ServerResponse): void {
  const said = response.getHeader("cache-control");
  if (said === undefined) response.setHeader("Cache-Control", "no-store");
  else {
    const directives = String(said)
      .split(",")
      .map((directive) => directive.trim())
      .filter((directive) => directive !== "");
    if (directives.some((directive) => /^(?:no-store|private)$/i.test(directive))) return;
    const kept = directives.filter((directive) => !/^(?:public$|s-maxage=)/i.test(directive));
    response.setHeader("Cache-Control", ["private", ...kept].join(", "));
  }
}
