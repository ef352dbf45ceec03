import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDevice, type DeviceKind } from "./device-name.ts";

const known: readonly [userAgent: string, name: string, kind: DeviceKind][] = [
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Chrome on macOS",
    "computer",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari on macOS",
    "computer",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox on Windows",
    "computer",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "Edge on Windows",
    "computer",
  ],
  [
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Internet Explorer on Windows",
    "computer",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
    "phone",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
    "Chrome on iPhone",
    "phone",
  ],
  [
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15",
    "Firefox on iPad",
    "tablet",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
    "phone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36",
    "Samsung Internet on Android",
    "tablet",
  ],
  [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
    "An app on Android",
    "phone",
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox on Linux",
    "computer",
  ],
  [
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Chrome on ChromeOS",
    "computer",
  ],
  ["curl/8.11.0", "curl", "program"],
  ["node", "A Node.js program", "program"],
  ["python-requests/2.32.3", "A Python program", "program"],
  ["Bank/42 CFNetwork/1568.200.51 Darwin/24.1.0", "An Apple app", "program"],
  ["Mozilla/5.0 (Windows NT 10.0)", "Unknown browser on Windows", "computer"],
  ["Firefox/1.0", "Firefox", "unknown"],
];

for (const [userAgent, name, kind] of known) {
  test(`calls ${userAgent.slice(0, 60)} ${name}`, () => {
    assert.deepEqual(describeDevice(userAgent), { name, kind });
  });
}

test("calls a missing, empty or meaningless header an unknown device", () => {
  for (const userAgent of [null, "", "   ", "x", "\u0000", "🦊", "'; drop table users; --"]) {
    assert.deepEqual(describeDevice(userAgent), { name: "Unknown device", kind: "unknown" });
  }
});

test("repeats nothing of what a hostile header says", () => {
  const device = describeDevice("<script>alert(1)</script> Firefox/144.0 (Windows NT 10.0)");
  assert.equal(device.name, "Firefox on Windows");
});

test("looks at the first 512 characters only, and stays quick on a header made to be slow", () => {
  assert.equal(describeDevice(`${" x".repeat(256)}Firefox/144.0`).name, "Unknown device");
  const startedAt = performance.now();
  describeDevice("android version/ cfnetwork/ ; wv)".repeat(40_000));
  assert.ok(performance.now() - startedAt < 100);
});
