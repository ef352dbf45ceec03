import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a page loads. */
export interface Bundle {
  readonly text: string;
  /** Bytes, as servers send it that compress as well as gzip can. */
  readonly gzipped: number;
  /** The files of which something is in the bundle. */
  readonly files: readonly string[];
  /** What it still imports. */
  readonly imports: readonly string[];
}

/** Where the package is found: in a project that has it installed, or here, from source. */
export interface Place {
  readonly folder: string;
  readonly conditions?: readonly string[];
}

const here: Place = {
  folder: new URL("../../", import.meta.url).pathname,
  conditions: ["symbolon:source"],
};

/** A module bundled as for a page: minified, in the language of 2022. React stays outside: the page has it. */
export async function bundleOf(
  source: string,
  { folder, conditions = [] }: Place = here,
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    absWorkingDir: folder,
    conditions: [...conditions],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["react"],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text ?? "";
  const [output] = Object.values(metafile.outputs);
  return {
    text,
    gzipped: gzipSync(text, { level: 9 }).length,
    files: Object.keys(output?.inputs ?? {}).filter((file) => file !== "<stdin>"),
    imports: (output?.imports ?? []).map(({ path }) => path),
  };
}
