/** What kind of thing a session runs on; decides which drawing stands beside its name. */
export type DeviceKind = "computer" | "phone" | "tablet" | "program" | "unknown";

/** A device as a person would name it. */
export interface Device {
  /** Such as "Firefox on Windows", "Safari on iPhone", "curl" or "Unknown device". Never empty. */
  readonly name: string;
  readonly kind: DeviceKind;
}

type Pattern = readonly [pattern: RegExp, name: string];
type System = readonly [pattern: RegExp, name: string, kind: DeviceKind];

/** A header can be as long as the server lets it; what names the device stands at its beginning. */
const longestUserAgent = 512;

const programs: readonly Pattern[] = [
  [/^curl\//i, "curl"],
  [/^wget\//i, "Wget"],
  [/^httpie\//i, "HTTPie"],
  [/^xh\//i, "xh"],
  [/^postmanruntime\//i, "Postman"],
  [/^insomnia\//i, "Insomnia"],
  [/^bruno/i, "Bruno"],
  [/^python|^aiohttp|^httpx/i, "A Python program"],
  [/^(node|undici|axios|got|node-fetch)\b/i, "A Node.js program"],
  [/^bun\//i, "A Bun program"],
  [/^deno\//i, "A Deno program"],
  [/^go-http-client/i, "A Go program"],
  [/^(java|apache-httpclient)\b/i, "A Java program"],
  [/^dart\//i, "A Dart program"],
  [/^ruby|^faraday/i, "A Ruby program"],
  [/^(guzzlehttp|php)\b/i, "A PHP program"],
  [/powershell/i, "PowerShell"],
  [/^okhttp\//i, "An Android app"],
  [/cfnetwork\/.*darwin\//i, "An Apple app"],
];

/** From the most particular to the most general: nearly every browser also claims to be the ones below it. */
const browsers: readonly Pattern[] = [
  [/\bedg(e|a|ios)?\//i, "Edge"],
  [/\b(opr|opios|opera|opt)\//i, "Opera"],
  [/\bsamsungbrowser\//i, "Samsung Internet"],
  [/\bvivaldi\//i, "Vivaldi"],
  [/\byabrowser\//i, "Yandex Browser"],
  [/\b(duckduckgo|ddg)\//i, "DuckDuckGo"],
  [/\bbrave\//i, "Brave"],
  [/\b(fban|fbav)\//i, "Facebook"],
  [/\binstagram\b/i, "Instagram"],
  [/\bgsa\//i, "Google app"],
  [/\b(firefox|fxios|focus)\//i, "Firefox"],
  [/\bheadlesschrome\//i, "Headless Chrome"],
  [/; wv\).*\bchrome\//i, "An app"],
  [/\b(chrome|crios)\//i, "Chrome"],
  [/\bchromium\//i, "Chromium"],
  [/\bversion\/.*\bsafari\//i, "Safari"],
  [/\b(msie |trident\/)/i, "Internet Explorer"],
];

const systems: readonly System[] = [
  [/\biphone\b/i, "iPhone", "phone"],
  [/\bipad\b/i, "iPad", "tablet"],
  [/\bipod\b/i, "iPod", "phone"],
  [/\bandroid\b(?=.*\bmobile\b)/i, "Android", "phone"],
  [/\bandroid\b/i, "Android", "tablet"],
  [/\bwindows\b/i, "Windows", "computer"],
  [/\bcros\b/i, "ChromeOS", "computer"],
  [/\bmac(intosh| os x)\b/i, "macOS", "computer"],
  [/\bfreebsd\b/i, "FreeBSD", "computer"],
  [/\b(linux|x11)\b/i, "Linux", "computer"],
];

/**
 * Names the device behind a `User-Agent` header, which may be missing and may say anything: it is a hint for
 * the reader, never a proof. The answer holds only words of this file, so a hostile header cannot speak in it.
 */
export function describeDevice(userAgent: string | null): Device {
  const text = (userAgent ?? "").slice(0, longestUserAgent).trim();
  const program = programs.find(([pattern]) => pattern.test(text));
  if (program !== undefined) return { name: program[1], kind: "program" };

  const browser = browsers.find(([pattern]) => pattern.test(text))?.[1];
  const system = systems.find(([pattern]) => pattern.test(text));
  if (browser === undefined && system === undefined)
    return { name: "Unknown device", kind: "unknown" };
  if (system === undefined) return { name: browser ?? "Unknown device", kind: "unknown" };
  return { name: `${browser ?? "Unknown browser"} on ${system[1]}`, kind: system[2] };
}
