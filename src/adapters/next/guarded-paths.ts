import { createGuard, type Guard, type PageGuardOptions } from "../../http/guard.ts";

/** Paths, without the `basePath`, and what is asked of visitors there and below: `{ "/account": { redirectTo: "/sign-in" } }`. */
export type ProxyGuards = Readonly<Record<string, PageGuardOptions>>;

interface GuardedPath {
  readonly path: string;
  readonly options: PageGuardOptions;
  readonly guard: Guard;
}

/** Finds what is asked of the visitors of a path. The longest path that fits decides. */
export class GuardedPaths {
  readonly #paths: readonly GuardedPath[];

  /** @throws TypeError for a path that fits nothing, and for bad options */
  constructor(guards: ProxyGuards) {
    this.#paths = Object.entries(guards)
      .map(([path, options]) => {
        if (!path.startsWith("/") || (path.endsWith("/") && path !== "/") || path.includes("*")) {
          throw new TypeError(
            `authProxy: a path begins with a slash, does not end with one, and stands for all below it; got ${JSON.stringify(path)}`,
          );
        }
        return { path, options, guard: createGuard(options) };
      })
      .sort((one, other) => other.path.length - one.path.length);
  }

  find(path: string): GuardedPath | null {
    const spelledOut = decoded(path);
    return this.#paths.find((guarded) => isBelow(guarded.path, spelledOut)) ?? null;
  }
}

function isBelow(above: string, path: string): boolean {
  return above === "/" || path === above || path.startsWith(`${above}/`);
}

/** Some servers before Next write `/%61ccount` for `/account`, and some readers of it do not mind. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return path;
  }
}
