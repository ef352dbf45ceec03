import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { after, before, describe, test } from "node:test";
import { readImports } from "../../tools/imports.ts";
import { bundleOf } from "./client-bundle.ts";
import { examplesOf, given } from "./examples.ts";
import { manifest, PackedProject } from "./packed-project.ts";

const documents = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json"];

const root = new URL("../../", import.meta.url).pathname;

const strict = {
  target: "es2024",
  lib: ["es2024", "dom", "dom.iterable"],
  types: ["node"],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  // @types/koa wants these types. The package has its own by now, with other names, and may lie where Koa's is looked for.
  paths: { "content-disposition": ["./node_modules/@types/content-disposition/index.d.ts"] },
};

describe("the package", () => {
  const project = new PackedProject();
  after(() => project.remove());
  const files = project.packedFiles();
  const entries = Object.keys(manifest.exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => posix.join("symbolon", entry));

  test("holds the build and the documents, and nothing else", () => {
    const rest = files.filter((file) => !/^dist\/.+\.(?:js|d\.ts)$|^docs\/[\w-]+\.md$/.test(file));
    assert.deepEqual(rest, documents);
  });

  test("holds no tests and no source maps", () => {
    assert.deepEqual(
      files.filter((file) => /\.test\.|\.map$|(?:^|\/)test\//.test(file)),
      [],
    );
    const pointers = files.filter((file) =>
      /^\/\/# sourceMappingURL/m.test(project.readPacked(file)),
    );
    assert.deepEqual(pointers, []);
  });

  test("names only built files in its relative imports", () => {
    const modules = files.filter((file) => /\.(?:js|d\.ts)$/.test(file));
    const broken = modules.flatMap((file) =>
      readImports(project.readPacked(file)).flatMap(({ specifier }) => {
        if (specifier === null || !specifier.startsWith(".")) return [];
        const target = posix.join(posix.dirname(file), specifier);
        const found = file.endsWith(".js") ? target : target.replace(/\.js$/, ".d.ts");
        return specifier.endsWith(".js") && files.includes(found)
          ? []
          : [`${file} -> ${specifier}`];
      }),
    );
    assert.deepEqual(broken, []);
  });

  test("can be imported by every entry with plain node", () => {
    for (const name of ["react", "@nestjs", "reflect-metadata", "rxjs"]) project.link(name);
    for (const entry of entries) {
      const count = project.node(
        "--input-type=module",
        "--eval",
        `console.log(Object.keys(await import("${entry}")).length)`,
      );
      assert.ok(Number(count) > 0, `${entry} exports nothing`);
    }
    project.node(
      "--input-type=module",
      "--eval",
      `await import("symbolon/package.json", { with: { type: "json" } })`,
    );
  });

  test("answers require() as jsonwebtoken does", () => {
    project.write(
      "required.cjs",
      `const jwt = require("symbolon/compat/jsonwebtoken");
       const { verify } = require("symbolon/compat/jsonwebtoken");
       const secret = "a secret of more than thirty-two characters";
       console.log(verify(jwt.sign({ id: "1" }, secret), secret).id, verify === jwt.verify);`,
    );
    assert.equal(project.node("required.cjs"), "1 true\n");
  });

  test("answers the middleware itself to require, as express-session does", () => {
    const script = `
      const session = require("symbolon/compat/express-session");
      session({ secret: "x", resave: false, saveUninitialized: false });
      import("symbolon/compat/express-session").then((esm) =>
        console.log(esm.default === session, esm.MemoryStore === session.MemoryStore));`;
    assert.equal(project.node("--input-type=commonjs", "--eval", script).trim(), "true true");
  });

  test("gives a page a client of at most 4,096 bytes gzipped, with nothing of Node or of the server", async () => {
    const bundle = await bundleOf(`export * from "symbolon/client";`, project);
    const files = bundle.files.map((file) => file.replace(/^node_modules\/symbolon\//, ""));
    assert.ok(bundle.gzipped <= 4_096, `${bundle.gzipped} bytes`);
    assert.deepEqual(
      files.filter((file) => !file.startsWith("dist/client/")),
      [],
    );
    assert.deepEqual(bundle.imports, []);
  });

  test("does not open what is not an entry", () =>
    assert.throws(
      () => project.node("--input-type=module", "--eval", `await import("symbolon/dist/index.js")`),
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    ));

  for (const [command, path] of Object.entries(manifest.bin)) {
    test(`has the command ${command}, which says how it is used`, () => {
      assert.match(project.readPacked(path), /^#!\/usr\/bin\/env node\n/);
      assert.match(project.node(`node_modules/symbolon/${path}`, "--help"), /serve/);
    });
  }

  for (const [name, database, store, next] of [
    ["pg", "PostgreSQL", "postgres://127.0.0.1:1/auth", /ECONNREFUSED/],
    ["mysql2", "MySQL", "mysql://127.0.0.1:1/auth", /ECONNREFUSED/],
    ["redis", "Redis", "redis://127.0.0.1:1,postgres://127.0.0.1:1/auth", /PostgreSQL needs/],
  ] as const) {
    test(`says that ${database} needs the package ${name}, and finds it where the command runs`, () => {
      const main = join(project.installed, manifest.bin["symbolon"] ?? "");
      const command = name === "redis" ? "serve" : "migrate";
      project.write(`${name}.env`, `SYMBOLON_STORE=${store}\nPORT=0\n`);
      assert.throws(
        () => project.node(`--env-file=${name}.env`, main, command),
        new RegExp(`${database} needs the package ${name},.*npm install ${name}\\b`),
      );
      project.link(name, `with-${name}`);
      assert.throws(
        () => project.nodeIn(`with-${name}`, `--env-file=../${name}.env`, main, command),
        next,
      );
    });
  }

  describe("in a strict TypeScript project", () => {
    const linked = [
      "@types/node",
      "@types/express",
      "@types/express-session",
      "express",
      "fastify",
      "@types/koa",
      "@types/content-disposition",
      "koa",
      "@types/pg",
      "pg",
      "mysql2",
      "redis",
      "@redis",
      "@types/ws",
      "ws",
      "@types/react",
      "csstype",
      "@types/react-dom",
      "next",
    ];
    before(() => linked.forEach((name) => project.link(name)));
    const pages = globSync("docs/*.md", { cwd: root }).sort();
    const documented = Object.assign(
      {},
      ...pages.map((page) => examplesOf(basename(page, ".md"), readFileSync(root + page, "utf8"))),
    ) as Readonly<Record<string, string>>;
    const resolutions = { nodenext: "nodenext", bundler: "preserve" };
    for (const [moduleResolution, module] of Object.entries(resolutions)) {
      const compilerOptions = { ...strict, module, moduleResolution };
      const check = (name: string, sources: Readonly<Record<string, string>>): void => {
        const include = Object.keys(sources);
        for (const [path, text] of Object.entries(sources)) project.write(path, text);
        const config = `tsconfig.${name}.${moduleResolution}.json`;
        project.write(config, JSON.stringify({ compilerOptions, include }));
        project.tsc("-p", config);
      };

      test(`has types for every entry (${moduleResolution})`, () => {
        const imports = entries.map((entry, n) => `export * as entry${n} from "${entry}";\n`);
        check("entries", { "entries.ts": imports.join("") });
      });

      test(`has the types of jsonwebtoken in its place (${moduleResolution})`, () =>
        check("jsonwebtoken", {
          "typed-application.ts": readFileSync(
            `${root}test/compat/jsonwebtoken/typed-application.ts`,
            "utf8",
          ),
        }));

      test(`does what the README shows (${moduleResolution})`, () => {
        const examples = examplesOf("readme", project.readPacked("README.md"));
        assert.ok(Object.keys(examples).length > 0, "the README shows no TypeScript");
        check("readme", { "given.d.ts": given, ...examples });
      });

      test(`does what docs/ shows (${moduleResolution})`, () => {
        assert.ok(Object.keys(documented).length > 20, "docs/ shows hardly any TypeScript");
        check("docs", { "given.d.ts": given, ...documented });
      });
    }

    test("has types for a page that need nothing of Node", () => {
      project.write(
        "page.ts",
        `import { createClient, type BaseClient } from "symbolon/client";
         export const client: BaseClient = createClient({ baseUrl: "https://app.example.com" });`,
      );
      const compilerOptions = { ...strict, types: [], module: "preserve" };
      project.write(
        "tsconfig.page.json",
        JSON.stringify({ compilerOptions, include: ["page.ts"] }),
      );
      project.tsc("-p", "tsconfig.page.json");
    });

    test("keeps the store contract with the store that docs/stores.md shows", () => {
      const [path] = Object.keys(documented).filter((name) =>
        /^export function measuredStore\b/m.test(documented[name] ?? ""),
      );
      assert.ok(path !== undefined, "docs/stores.md shows no measuredStore");
      project.write(path, documented[path] ?? "");
      project.write(
        "keeps-contract.ts",
        `import { checkStore } from "symbolon/testing";
         import { memoryStore } from "symbolon/stores/memory";
         import { measuredStore } from "./${path}";
         const makeStore = async () => measuredStore(memoryStore(), () => undefined);
         const failures = await checkStore(makeStore, { loseEntriesAfter: null });
         for (const { message } of failures) console.log(message);`,
      );
      assert.equal(project.node("keeps-contract.ts"), "");
    });
  });
});
