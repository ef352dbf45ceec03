import type { NextConfig } from "next";

const config: NextConfig = {
  // One copy for the pages, the route handlers and the proxy, and none of it in a bundle.
  serverExternalPackages: ["symbolon"],
};

export default config;
