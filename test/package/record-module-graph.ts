/**
 * Loads the module named by the first argument, and prints who loaded what, as JSON pairs of URLs.
 * Runs as a process of its own: the hooks see `import` and `require` alike.
 */
import { registerHooks } from "node:module";

const loads: [by: string, url: string][] = [];
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    loads.push([context.parentURL ?? "", resolved.url]);
    return resolved;
  },
});
await import(process.argv[2] ?? "");
process.stdout.write(JSON.stringify(loads));
