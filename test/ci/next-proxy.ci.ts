import { nextHost } from "../adapters/next-host.ts";
import { testHost } from "../adapters/http-suite.ts";

testHost(
  nextHost("Next, behind its proxy and below a base path", { basePath: "/app", hasProxy: true }),
);
