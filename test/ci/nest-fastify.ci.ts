import { FastifyAdapter } from "@nestjs/platform-fastify";
import { ExpressAdapter } from "@nestjs/platform-express";
import { testHost } from "../adapters/http-suite.ts";
import { nestHost } from "../adapters/nest-host.ts";

testHost(nestHost("Nest on Fastify", () => new FastifyAdapter()));
testHost(
  nestHost("Nest on Fastify, below a global prefix", () => new FastifyAdapter(), {
    prefix: "/api",
  }),
);
testHost(
  nestHost("Nest on Express, below a global prefix", () => new ExpressAdapter(), {
    prefix: "/api",
    parsesJson: true,
  }),
);
