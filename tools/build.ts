/**
 * Builds `dist` from `src`: what `npm run build` and `npm pack` do. TypeScript rewrites `.ts` to `.js` in the
 * imports of emitted code, but not in declarations (`rewriteRelativeImportExtensions` leaves them alone). There
 * it is done here, because a path to a `.ts` that was never published resolves only by the kindness of newer compilers.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { replaceSpecifiers } from "./imports.ts";

const root = new URL("../", import.meta.url).pathname;

rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
// The compiler has said what is wrong.
if (status !== 0) process.exit(1);
for (const declaration of globSync("dist/**/*.d.ts", { cwd: root })) {
  const path = root + declaration;
  writeFileSync(path, replaceSpecifiers(readFileSync(path, "utf8"), builtPath));
}

/** The path in `dist` of what was a relative import of a source; packages stay as they are. */
function builtPath(specifier: string): string {
  return /^\.\.?\//.test(specifier) ? specifier.replace(/\.tsx?$/, ".js") : specifier;
}
