import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;

export interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/**
 * A project outside the repository that has the packed package installed, as `npm install` would lay it out, but
 * without a network: the tarball is unpacked, and only the *declared* dependencies are linked beside it, so that
 * what is used without being declared is missing here as it would be for a stranger.
 */
export class PackedProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), "symbolon-package-"));
  /** The package as installed. */
  readonly installed: string = join(this.folder, "node_modules/symbolon");

  constructor() {
    run("npm", ["pack", "--pack-destination", this.folder], root);
    const [tarball = ""] = globSync("*.tgz", { cwd: this.folder });
    mkdirSync(this.installed, { recursive: true });
    run("tar", ["-xzf", tarball, "-C", this.installed, "--strip-components=1"], this.folder);
    this.write("package.json", `{ "type": "module" }`);
    for (const name of Object.keys(manifest.dependencies)) this.link(name);
  }

  /** The files that were packed, from the package's root. */
  packedFiles(): string[] {
    return globSync("**/*", { cwd: this.installed, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.installed.length + 1))
      .sort();
  }

  readPacked(path: string): string {
    return readFileSync(join(this.installed, path), "utf8");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Makes a package of the repository's `node_modules` available to the project, or only below one of its folders. */
  link(name: string, below: string = "."): void {
    const place = join(this.folder, below, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(realpathSync(`${root}node_modules/${name}`), place);
  }

  /** Runs a module of the project with plain node and answers what it printed. */
  node(...args: readonly string[]): string {
    return this.nodeIn(".", ...args);
  }

  /** The same, from a folder below the project's. */
  nodeIn(folder: string, ...args: readonly string[]): string {
    return run(process.execPath, args, join(this.folder, folder));
  }

  /** Type-checks the project; fails with the compiler's own words. */
  tsc(...args: readonly string[]): void {
    run(`${root}node_modules/.bin/tsc`, args, this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Runs a program and answers what it printed; the failure tells all it printed, as compilers use stdout. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
