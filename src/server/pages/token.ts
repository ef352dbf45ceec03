import { markHalves } from "../assets/mark.ts";
import { html, type Html } from "./html.ts";

/** The logo: two interlocking halves of one token. Decoration; the word stands beside it. */
export function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
    <path class="mark-left" d="${markHalves.left}" />
    <path class="mark-right" d="${markHalves.right}" />
  </svg>`;
}

const rayAngles = Array.from({ length: 16 }, (_, index) => index * 22.5);

/**
 * The large token, struck with a sun, broken along one line. `meeting`: the halves come together; `apart`:
 * they wait for each other; `mismatched`: they are of two tokens. The stylesheet moves them. Once a page:
 * its parts have ids.
 */
export function token(state: "meeting" | "apart" | "mismatched"): Html {
  return html`<svg
    class="token token-${state}"
    viewBox="0 0 400 400"
    aria-hidden="true"
    focusable="false"
  >
    <defs>
      <clipPath id="token-cut-left">
        <path
          d="M0 0H226L214 62L240 96L206 138L234 174L182 220L216 258L178 302L202 336L186 400H0Z"
        />
      </clipPath>
      <clipPath id="token-cut-right">
        <path
          d="M400 0H226L214 62L240 96L206 138L234 174L182 220L216 258L178 302L202 336L186 400H400Z"
        />
      </clipPath>
      <g id="token-face">
        <circle class="token-disc" cx="200" cy="200" r="160" />
        <circle class="token-line" cx="200" cy="200" r="148" />
        <circle class="token-beads" cx="200" cy="200" r="135" />
        <circle class="token-line" cx="200" cy="200" r="121" />
        ${rayAngles.map(
          (angle, index) =>
            html`<path
              class="token-ray"
              d="${index % 2 === 0 ? "M200 92L209 158H191Z" : "M200 112L207 158H193Z"}"
              transform="rotate(${angle} 200 200)"
            />`,
        )}
        <circle class="token-line" cx="200" cy="200" r="34" />
        <circle class="token-ray" cx="200" cy="200" r="24" />
      </g>
    </defs>
    <g class="token-half token-half-left">
      <circle class="token-edge" cx="204" cy="207" r="160" clip-path="url(#token-cut-left)" />
      <use href="#token-face" clip-path="url(#token-cut-left)" />
    </g>
    <g class="token-half token-half-right">
      <circle class="token-edge" cx="204" cy="207" r="160" clip-path="url(#token-cut-right)" />
      <use href="#token-face" clip-path="url(#token-cut-right)" />
    </g>
  </svg>`;
}
