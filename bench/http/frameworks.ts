import type { Framework } from "./served.ts";

/** All that are measured. A server loads its own only, as an application does. */
export const frameworks = {
  Express: async (): Promise<Framework> => (await import("./express.ts")).express,
  Fastify: async (): Promise<Framework> => (await import("./fastify.ts")).fastify,
  Hono: async (): Promise<Framework> => (await import("./hono.ts")).hono,
  Koa: async (): Promise<Framework> => (await import("./koa.ts")).koa,
  "node:http": async (): Promise<Framework> => (await import("./node-http.ts")).nodeHttp,
} as const;

export type FrameworkName = keyof typeof frameworks;
