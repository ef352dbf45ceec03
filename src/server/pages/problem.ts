import { waitText } from "../time-text.ts";
import { html, type Html } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { token } from "./token.ts";

export interface ProblemModel {
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The sentence of the error table. */
  readonly title: string;
  /** Something more particular, or null. */
  readonly detail: string | null;
  /** When trying again makes sense: seconds from now, or null. */
  readonly retryAfterSeconds: number | null;
  /** "unknown" when the store could not say. */
  readonly viewer: Viewer;
}

/** The page that says no: what happened, and what to do next. */
export function problemPage(model: ProblemModel): Html {
  const [, happened = model.title, rest = ""] = /^(.+?\.)\s+(.+)$/.exec(model.title) ?? [];
  return layout({
    title: happened.replace(/\.$/, ""),
    viewer: model.viewer,
    shape: "problem",
    content: html`<div class="problem">
      ${token("mismatched")}
      <div>
        <p class="problem-status">${model.status}</p>
        <h1>${happened}</h1>
        ${model.detail !== null && html`<p class="lead">${model.detail}</p>`}
        <p>${whatNext(model, rest)}</p>
        <p class="actions">
          <a class="button" href="/">Go to the start page</a>
          ${isSomeone(model.viewer) && html`<a class="quiet" href="/account">Your account</a>`}
        </p>
      </div>
    </div>`,
  });
}

function whatNext({ status, retryAfterSeconds }: ProblemModel, advice: string): string {
  const wait = retryAfterSeconds === null ? null : waitText(retryAfterSeconds);
  switch (status) {
    case 403:
      return "If a link or a form on another site brought you here, open the page from this site and try again.";
    case 404:
      return "Check the address for a slip, or begin at the start page.";
    case 429:
      return `Wait ${wait ?? "a few minutes"}, then try again. Wherever you are signed in already, you stay signed in.`;
    case 503:
      return `This does not sign you out. Try again in ${wait ?? "a moment"}; reloading this page is enough.`;
    default:
      if (advice !== "") return advice;
      return status >= 500
        ? "This is our mistake, not yours. Try again, and tell whoever runs this server if it happens again."
        : "Go back, and try once more.";
  }
}

function isSomeone(viewer: Viewer): boolean {
  return viewer !== null && viewer !== "unknown";
}
