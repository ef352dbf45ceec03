export interface SecurityHeadersOptions {
  /** Whether the server is reached by https, by its own certificate or its proxy's. */
  readonly https: boolean;
}

/** A page loads our stylesheet and our images, posts to us, and can do nothing else: there are no scripts. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const permissionsPolicy = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "usb",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

/** Two years, as the preload lists ask for. Not for subdomains, which may belong to others. */
const transportSecurity = "max-age=63072000";

/**
 * The headers of every page. `Referrer-Policy` is `same-origin` and not `no-referrer`: under the latter a
 * browser sends `Origin: null` with our own forms, and the cross-site check would refuse them wherever
 * `Sec-Fetch-Site` is missing (plain http beyond localhost).
 */
export function pageHeaders(options: SecurityHeadersOptions): Readonly<Record<string, string>> {
  return {
    "content-security-policy": contentSecurityPolicy,
    "permissions-policy": permissionsPolicy,
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    // Otherwise the back button shows the account of whoever has just signed out.
    "cache-control": "no-store",
    ...commonHeaders(options),
  };
}

/** The headers of every asset: its path holds its hash, so it never changes. */
export function assetHeaders(options: SecurityHeadersOptions): Readonly<Record<string, string>> {
  return {
    // An SVG that is opened by itself is a document: it gets nothing at all.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cache-control": "public, max-age=31536000, immutable",
    ...commonHeaders(options),
  };
}

function commonHeaders({ https }: SecurityHeadersOptions): Readonly<Record<string, string>> {
  return {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    ...(https ? { "strict-transport-security": transportSecurity } : {}),
  };
}
