/**
 * Completes `package-lock.json` after `npm install` (`npm run lock`). Native tools declare one optional package per
 * platform. Where a registry has only some of them, npm leaves the others out of the lock file, and `npm ci` then
 * refuses it as out of sync (npm/cli#9846). They are written in from what their parents declare; the checksum is
 * left out, because nobody here has seen those packages.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

const systems = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];
const libraries: Readonly<Record<string, string>> = { gnu: "glibc", musl: "musl" };

/** The optional packages that others declare and the lock file lacks, as entries to add. */
export function missingPlatformPackages(packages: LockedPackages): LockedPackages {
  const missing: Record<string, LockedPackage> = {};
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (packages[path]?.version !== undefined) continue;
      missing[path] = {
        version,
        ...platformOf(name),
        ...(parent.dev === true && { dev: true }),
        optional: true,
      };
    }
  }
  return missing;
}

/**
 * The platform that a package's name ends with (`binding-linux-arm-gnueabihf`).
 * @throws TypeError when it names none: without it, npm would install the package everywhere.
 */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) throw new TypeError(`${name} names no known platform`);
  const suffix = /^(gnu|musl)/.exec(words.at(-1) ?? "")?.[1];
  const libc = os === "linux" && suffix !== undefined ? libraries[suffix] : undefined;
  return { os: [os], cpu: [cpu], ...(libc !== undefined && { libc: [libc] }) };
}

if (import.meta.main) {
  const path = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: LockedPackages };
  const missing = missingPlatformPackages(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${Object.keys(missing).length} packages added`);
}
