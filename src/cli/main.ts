#!/usr/bin/env node
import { defineCommand, runMain } from "citty";

const main = defineCommand({
  meta: { name: "symbolon", description: "Authentication for Node.js applications" },
  subCommands: {
    migrate: () => import("./migrate.ts").then((module) => module.migrate),
    serve: () => import("./serve.ts").then((module) => module.serve),
  },
});

await runMain(main);
