import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
const compiler = `${root}node_modules/.bin/tsc`;

/** What the compiler says of itself. Times in milliseconds, memory in mebibytes. */
export interface Diagnostics {
  readonly totalMs: number;
  readonly checkMs: number;
  readonly files: number;
  readonly types: number;
  readonly instantiations: number;
  readonly memory: number;
}

/** A project outside the repository, with the sources of `consumers/NAME` and the packages that these import, as built. */
export function makeConsumer(name: string, folder: string): void {
  cpSync(new URL(`consumers/${name}`, import.meta.url), folder, { recursive: true });
  link("symbolon", root, folder);
  for (const library of ["@types/node", "better-auth", "valibot"]) {
    link(library, `${root}node_modules/${library}`, folder);
  }
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "dom", "dom.iterable"],
    types: ["node"],
    module: "nodenext",
    allowImportingTsExtensions: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
}

/** Symbolon as others have it: its declarations in `dist`. */
export function buildSymbolon(): void {
  run(process.execPath, ["tools/build.ts"], root);
}

/** Checks a project. In one thread: then types are counted once, and no other core has to be idle. @throws Error when it has errors */
export function compile(folder: string): Diagnostics {
  const text = run(compiler, ["--extendedDiagnostics", "--singleThreaded"], folder);
  const figure = (label: string): number => {
    const found = new RegExp(`^${label}: +([\\d.]+)[sK]?$`, "m").exec(text)?.[1];
    if (found === undefined) throw new Error(`the compiler does not say "${label}"\n${text}`);
    return Number(found);
  };
  return {
    totalMs: 1_000 * figure("Total time"),
    checkMs: 1_000 * figure("Check time"),
    files: figure("Files"),
    types: figure("Types"),
    instantiations: figure("Instantiations"),
    memory: figure("Memory used") / 1_024,
  };
}

function link(name: string, target: string, folder: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
