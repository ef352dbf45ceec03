/**
 * Where a framework that does not cut paths has mounted us: a pattern such as `/api` or `/:tenant/api`, of which `:tenant`
 * and whatever else is open stand for one segment each.
 */
export class MountPoint {
  readonly #pattern: RegExp | null;

  /** @param pattern with or without a slash at its end */
  constructor(pattern: string) {
    const segments = pattern.split("/").filter((segment) => segment !== "");
    const parts = segments.map((segment) =>
      /^:|\*/.test(segment) ? "/[^/]+" : `/${segment.replaceAll(/[^\w-]/g, "\\$&")}`,
    );
    this.#pattern = parts.length === 0 ? null : new RegExp(`^${parts.join("")}(?=/|$)`);
  }

  /** What stands before the mounted part of a path; undefined where nothing does, and for paths elsewhere. */
  of(path: string): string | undefined {
    return this.#pattern?.exec(path)?.[0];
  }

  /** The mounted part of a path, which begins with a slash; null for paths elsewhere. */
  below(path: string): string | null {
    if (this.#pattern === null) return path;
    const before = this.of(path);
    return before === undefined ? null : path.slice(before.length) || "/";
  }
}
