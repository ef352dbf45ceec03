import { sha256 } from "../../util/bytes.ts";
import { favicon } from "./mark.ts";
import { stylesheet } from "./styles.ts";

/** A file that pages refer to. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

/** Holds a hash of what is there: what a path answers never changes, so it may be cached for good. */
export const stylesheetPath: string = hashedPath("symbolon", "css", stylesheet);
export const faviconPath: string = hashedPath("favicon", "svg", favicon);

/** Every asset by its path. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  [stylesheetPath, { contentType: "text/css; charset=utf-8", body: stylesheet }],
  [faviconPath, { contentType: "image/svg+xml", body: favicon }],
]);

function hashedPath(name: string, extension: string, body: string): string {
  return `/assets/${name}.${sha256(body).toString("base64url").slice(0, 16)}.${extension}`;
}
