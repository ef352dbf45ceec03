import { html, type Html } from "./html.ts";
import { token } from "./token.ts";

export interface Split {
  readonly token: "meeting" | "apart" | "mismatched";
  /** Two short sentences beside the broken token. */
  readonly saying: string;
  readonly answer: string;
  readonly content: Html;
}

/** A page broken in two along the token's line: the form on one side, the token on the other. */
export function split({ token: state, saying, answer, content }: Split): Html {
  return html`<div class="split">
    <div class="split-content"><div class="split-column">${content}</div></div>
    <div class="split-token">
      ${token(state)}
      <p class="saying"><span>${saying}</span> <span>${answer}</span></p>
    </div>
  </div>`;
}
