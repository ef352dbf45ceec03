/**
 * Takes a picture of every page on a desk and on a phone, light and dark, into a folder that it names; and
 * fails when a page scrolls sideways at 320 px or the browser complains (a blocked style, a wrong attribute).
 * `node tools/screenshot-pages.ts [part of a path]`
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { previews } from "./preview-models.ts";
import { servePreview } from "./preview-pages.ts";

const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const colorSchemes = ["light", "dark"] as const;

const wanted = process.argv[2] ?? "";
const paths = Object.keys(previews).filter((path) => path.includes(wanted));
const folder = await mkdtemp(join(tmpdir(), "symbolon-pages-"));
const { server, origin } = await servePreview(0);
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
try {
  const complaints = [...(await takePictures(browser)), ...(await findSidewaysScrolling(browser))];
  for (const complaint of complaints) console.error(complaint);
  console.log(`${paths.length} pages in ${folder}`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  await browser.close();
  server.close();
}

async function takePictures(browser: Browser): Promise<string[]> {
  const complaints: string[] = [];
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of colorSchemes) {
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
      page.on("console", (message) => complaints.push(`${page.url()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
      for (const path of paths) {
        await page.goto(`${origin}${path}`);
        const picture = join(folder, `${path.slice(1)}-${size}-${colorScheme}.png`);
        await page.screenshot({ path: picture, fullPage: true });
      }
      await page.close();
    }
  }
  return complaints;
}

async function findSidewaysScrolling(browser: Browser): Promise<string[]> {
  const complaints: string[] = [];
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  for (const path of paths) {
    await page.goto(`${origin}${path}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 320) complaints.push(`${path} is ${width} px wide at 320 px`);
  }
  await page.close();
  return complaints;
}
