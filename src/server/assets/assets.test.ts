import assert from "node:assert/strict";
import { test } from "node:test";
import { assets, faviconPath, stylesheetPath } from "./assets.ts";
import { stylesheet } from "./styles.ts";

test("names each asset for its content, so that it may be cached for good", () => {
  assert.match(stylesheetPath, /^\/assets\/symbolon\.[\w-]{16}\.css$/);
  assert.match(faviconPath, /^\/assets\/favicon\.[\w-]{16}\.svg$/);
  assert.deepEqual([...assets.keys()], [stylesheetPath, faviconPath]);
});

test("loads nothing from anywhere else", () => {
  for (const { body } of assets.values()) {
    assert.doesNotMatch(
      body,
      /@import|@font-face|<script|<style|style=|https?:\/\/(?!www\.w3\.org)/,
    );
  }
  // Not even a data: URL, which the policy would block.
  assert.doesNotMatch(stylesheet, /url\(/);
});

test("closes every block and uses only properties that it defines", () => {
  assert.equal(stylesheet.split("{").length, stylesheet.split("}").length);
  const defined = new Set([...stylesheet.matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
  for (const [, name] of stylesheet.matchAll(/var\((--[\w-]+)\)/g)) {
    assert.ok(defined.has(name), `${name} is defined`);
  }
});

/** Foreground, background, and the ratio of WCAG 2.2: 4.5 for text, 3 for edges of controls and focus rings. */
const pairs: readonly [foreground: string, background: string, atLeast: number][] = [
  ["ink", "paper", 7],
  ["ink", "raised", 7],
  ["ink", "well-paper", 7],
  ["ink", "wrong-paper", 7],
  ["soft", "paper", 4.5],
  ["bronze", "paper", 4.5],
  ["bronze-strong", "well-paper", 4.5],
  ["bronze-strong", "paper", 4.5],
  ["on-bronze", "bronze", 4.5],
  ["on-bronze", "bronze-strong", 4.5],
  ["clay", "paper", 4.5],
  ["wrong", "paper", 4.5],
  ["wrong", "wrong-paper", 4.5],
  ["on-deep", "deep", 7],
  ["edge", "paper", 3],
  ["edge", "raised", 3],
  ["focus", "paper", 3],
];

for (const [scheme, colors] of Object.entries(schemes())) {
  for (const [foreground, background, atLeast] of pairs) {
    test(`keeps ${foreground} readable on ${background} in the ${scheme} scheme`, () => {
      const ratio = contrast(colors.get(foreground), colors.get(background));
      assert.ok(ratio >= atLeast, `${ratio.toFixed(2)} is at least ${atLeast}`);
    });
  }
}

function schemes(): Record<"light" | "dark", ReadonlyMap<string, string>> {
  const [light = "", dark = ""] = [...stylesheet.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, block]) => block ?? "",
  );
  const read = (block: string): [string, string][] =>
    [...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]);
  return { light: new Map(read(light)), dark: new Map([...read(light), ...read(dark)]) };
}

function contrast(foreground = "", background = ""): number {
  const [lighter = 0, darker = 0] = [luminance(foreground), luminance(background)].sort(
    (a, b) => b - a,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
