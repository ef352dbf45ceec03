import { faviconPath, stylesheetPath } from "../assets/assets.ts";
import { html, type Html } from "./html.ts";
import { mark } from "./token.ts";

/** Who looks at a page, as its header names them. */
export interface PageUser {
  readonly name: string | null;
  readonly email: string;
}

/**
 * A user, nobody, or "unknown" when that cannot be decided (an outage). Then the header offers neither to
 * sign in nor to sign out: "cannot tell" is not "signed out".
 */
export type Viewer = PageUser | null | "unknown";

export interface PageFrame {
  /** Names the page in the browser's tab. */
  readonly title: string;
  readonly viewer: Viewer;
  /** How the content lies on the page. */
  readonly shape: "home" | "split" | "account" | "problem";
  readonly content: Html;
}

/** The document around every page. */
export function layout({ title, viewer, shape, content }: PageFrame): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#f8f5ee" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#11181a" media="(prefers-color-scheme: dark)" />
        <meta name="robots" content="noindex" />
        <title>${title} · Symbolon</title>
        <link rel="stylesheet" href="${stylesheetPath}" />
        <link rel="icon" type="image/svg+xml" href="${faviconPath}" />
      </head>
      <body class="${shape}-page">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="site-header">
          <a class="brand" href="/">${mark()}<span>Symbolon</span></a>
          ${shape !== "split" && headerActions(viewer)}
        </header>
        <main id="main" tabindex="-1">${content}</main>
        <footer class="site-footer">
          <p>
            A <em>symbolon</em> was a token broken in two. Each side kept a half; when the halves
            met, each knew the other.
          </p>
        </footer>
      </body>
    </html>`;
}

/** What a page calls a user: the name if there is one, else the email address. */
export function nameOf(user: PageUser): string {
  return user.name === null || user.name.trim() === "" ? user.email : user.name;
}

function headerActions(viewer: Viewer): Html | null {
  if (viewer === "unknown") return null;
  if (viewer === null) {
    return html`<nav class="site-actions" aria-label="Account">
      <a class="quiet" href="/sign-in">Sign in</a>
      <a class="quiet" href="/register">Register</a>
    </nav>`;
  }
  return html`<nav class="site-actions" aria-label="Account">
    <a class="quiet viewer" href="/account"
      ><span class="visually-hidden">Your account, </span><bdi>${nameOf(viewer)}</bdi></a
    >
    <form method="post" action="/sign-out">
      <button class="quiet" type="submit">Sign out</button>
    </form>
  </nav>`;
}
