import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const versions = { bun: "1.4.5", deno: "2.9.6", workerd: "1.20261117.1" } as const;

export type RuntimeName = keyof typeof versions;

/** The packages that hold the programs themselves: no install script has to run. */
const packages: Readonly<
  Record<string, Readonly<Record<RuntimeName, readonly [name: string, program: string]>>>
> = {
  x64: {
    bun: ["@oven/bun-linux-x64", "bin/bun"],
    deno: ["@deno/linux-x64-glibc", "deno"],
    workerd: ["@cloudflare/workerd-linux-64", "bin/workerd"],
  },
  arm64: {
    bun: ["@oven/bun-linux-aarch64", "bin/bun"],
    deno: ["@deno/linux-arm64-glibc", "deno"],
    workerd: ["@cloudflare/workerd-linux-arm64", "bin/workerd"],
  },
};

/** Where the programs lie, or why they cannot be had. */
export type Installed =
  | { readonly programs: Readonly<Record<RuntimeName, string>>; readonly remove: () => void }
  | { readonly missing: string };

/**
 * Installs the runtimes into a folder of their own: together they are 350 MB, too much for a development dependency. What npm has
 * in its cache is not fetched again.
 * @throws Error when npm fails for another reason than that nobody answers it; in CI for that, too
 */
export function installRuntimes(): Installed {
  const wanted = process.platform === "linux" ? packages[process.arch] : undefined;
  if (wanted === undefined) return { missing: "these runtimes are tried on Linux (x64, arm64)" };
  const folder = mkdtempSync(join(tmpdir(), "symbolon-runtimes-"));
  const remove = (): void => rmSync(folder, { recursive: true });
  const specifiers = names.map((name) => `${wanted[name][0]}@${versions[name]}`);
  const flags = [
    "--prefer-offline",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=2000",
    "--ignore-scripts",
    "--no-save",
    "--no-audit",
    "--no-fund",
  ];
  const { status, stderr } = spawnSync("npm", ["install", ...flags, ...specifiers], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) {
    remove();
    const isUnreachable = /E(?:AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH)/.test(
      stderr,
    );
    if (!isUnreachable || process.env["CI"] !== undefined) throw new Error(stderr);
    return { missing: "the registry cannot be reached" };
  }
  const programOf = (name: RuntimeName): string => join(folder, "node_modules", ...wanted[name]);
  return {
    programs: { bun: programOf("bun"), deno: programOf("deno"), workerd: programOf("workerd") },
    remove,
  };
}

const names = Object.keys(versions) as RuntimeName[];
