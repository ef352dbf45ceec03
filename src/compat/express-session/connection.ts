import type { TLSSocket } from "node:tls";
import type { SessionRequest } from "./ports.ts";

/**
 * Whether the client speaks TLS: to this process, or to a proxy that is trusted. Without a word about proxies, Express's
 * `req.secure` decides, which follows its own `trust proxy`.
 */
export function isSecure(request: SessionRequest, trustProxy: boolean | undefined): boolean {
  if ((request.socket as TLSSocket | undefined)?.encrypted) return true;
  if (trustProxy === false) return false;
  if (trustProxy !== true) return request.secure === true;
  const protocols = request.headers["x-forwarded-proto"] ?? "";
  const first = (Array.isArray(protocols) ? protocols.join(",") : protocols).split(",", 1)[0] ?? "";
  return first.trim().toLowerCase() === "https";
}

/** The path that the client asked for, without query; what Express has cut off for a mounted router is still there. */
export function originalPath(request: SessionRequest): string {
  const url = request.originalUrl ?? request.url ?? "";
  // A proxy is sent the whole address (RFC 9112, section 3.2.2).
  if (!url.startsWith("/") && URL.canParse(url)) return new URL(url).pathname;
  const end = url.search(/[?#]/);
  return (end === -1 ? url : url.slice(0, end)) || "/";
}
