import { html, type Html } from "./html.ts";

export const bankName = "Alder & Wren";

/** The customer whom a page is for. */
export interface Viewer {
  readonly name: string;
  /** Until the server ends the session, if nothing happens. */
  readonly secondsLeft: number;
}

export interface Frame {
  readonly title: string;
  /** Null for a stranger. */
  readonly viewer: Viewer | null;
  /** The path of the entry in the menu that is shown as the current one. */
  readonly here?: string;
  /** Whether the page comes after a session that has ended. */
  readonly isOver?: boolean;
  readonly content: Html;
}

const menu = [
  ["/accounts", "Accounts"],
  ["/transfer", "Transfer"],
  ["/security", "Security"],
] as const;

/** The document around every page. */
export function layout({ title, viewer, here, isOver = false, content }: Frame): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${bankName}</title>
        <link rel="stylesheet" href="/public/bank.css" />
        <link rel="icon" type="image/svg+xml" href="/public/mark.svg" />
        ${viewer !== null && leaving(viewer)}
        ${isOver && html`<script src="/public/signed-out.js" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <div class="bar">
            <a class="brand" href="/accounts"
              ><img src="/public/mark.svg" alt="" width="28" height="28" />${bankName}</a
            >
            ${viewer !== null && headerOf(viewer, here)}
          </div>
        </header>
        ${viewer !== null && stillThere()}
        <main id="main" tabindex="-1">${content}</main>
        <footer>
          <p>${bankName} is an example. There is no bank, and no money moves.</p>
        </footer>
      </body>
    </html>`.markup;
}

/** The page hides by itself when the time is up: by script where there is one, else by the browser's own means. */
function leaving({ secondsLeft }: Viewer): Html {
  return html`<script src="/public/countdown.js" defer></script>
    <noscript
      ><meta http-equiv="refresh" content="${secondsLeft + 2}; url=/timed-out"
    /></noscript>`;
}

function headerOf({ name, secondsLeft }: Viewer, here: string | undefined): Html {
  return html`<nav aria-label="Main">
      <ul>
        ${menu.map(
          ([path, label]) =>
            html`<li>
              <a href="${path}" ${path === here && html`aria-current="page"`}>${label}</a>
            </li>`,
        )}
      </ul>
    </nav>
    <div class="viewer">
      <p>
        <span class="name">${name}</span>
        <span id="countdown" data-seconds-left="${secondsLeft}"
          >Signed out in ${Math.ceil(secondsLeft / 60)} min</span
        >
      </p>
      <form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
    </div>`;
}

/** Shown by the script when there is little time left. */
function stillThere(): Html {
  return html`<div id="still-there" role="alert">
    <div class="ask" hidden>
      <p><b>Are you still there?</b> In less than two minutes you will be signed out.</p>
      <button type="button">Stay signed in</button>
    </div>
  </div>`;
}

/** Something that went well, or that the reader should know. */
export function notice(text: string | Html | null): Html | false {
  return text !== null && html`<div class="notice" role="status"><p>${text}</p></div>`;
}

/** What is wrong with a form as a whole. */
export function problem(text: string | null): Html | false {
  return text !== null && html`<div class="notice wrong" role="alert"><p>${text}</p></div>`;
}

export interface FieldSpec {
  /** Also its id. */
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "email" | "password";
  readonly autocomplete: string;
  /** What was typed before; a password never comes back. */
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  /** Further attributes. */
  readonly more?: Html;
}

/** A labelled input with its hint and its error, which it names as its description. */
export function field({
  name,
  label,
  type,
  autocomplete,
  value,
  hint,
  error,
  more,
}: FieldSpec): Html {
  const about = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`];
  const described = about.filter((id) => id !== false).join(" ");
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      value="${type === "password" ? "" : (value ?? "")}"
      ${described !== "" && html`aria-describedby="${described}"`}
      ${error !== undefined && html`aria-invalid="true"`}
      ${more ?? false}
      required
    />
    ${error !== undefined && html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`;
}

const timeZone = "Europe/Dublin";
const dateFormat = new Intl.DateTimeFormat("en-IE", { dateStyle: "medium", timeZone });
const clockFormat = new Intl.DateTimeFormat("en-IE", { timeStyle: "short", timeZone });

/** "3 Jan 2026". */
export function dateOf(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${dateFormat.format(at)}</time>`;
}

/** "3 Jan 2026 at 14:05". */
export function momentOf(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}"
    >${dateFormat.format(at)} at ${clockFormat.format(at)}</time
  >`;
}
