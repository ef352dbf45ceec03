import express from "express";
import express4 from "express4";
import { describe, test } from "node:test";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { addRoutes, type ExpressModule } from "./express-app.ts";
import { httpCases } from "./http-cases.ts";

const versions: readonly [name: string, module: ExpressModule][] = [
  ["Express 5", express],
  ["Express 4", express4],
];

const arrangements: readonly [
  name: string,
  prefix: string,
  before: (module: ExpressModule) => readonly ReturnType<ExpressModule["json"]>[],
][] = [
  ["before body parsers", "", () => []],
  ["after body parsers", "", (module) => [module.json(), module.urlencoded({ extended: false })]],
  ["under a sub-path", "/api", () => []],
];

for (const [version, module] of versions) {
  for (const [arrangement, prefix, parsers] of arrangements) {
    describe(`${version}, ${arrangement}`, () => {
      for (const { name, run } of httpCases) {
        test(name, async (context) => {
          const { auth, ...application } = makeApplication();
          const app = module();
          for (const parser of parsers(module)) app.use(parser);
          const routes = addRoutes(module(), auth);
          app.use(prefix === "" ? "/" : prefix, routes);
          const base = await listen(context, app);
          await run({
            base: base + prefix,
            parsesJson: parsers(module).length > 0,
            ...application,
          });
        });
      }
    });
  }
}
