import {
  field,
  firstWrongField,
  nextField,
  noticeLine,
  problemSummary,
  withNext,
  type FormProblems,
} from "./form.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { split } from "./split.ts";

export interface SignInModel extends FormProblems {
  readonly values: {
    readonly email: string;
    /** Null where it cannot be chosen. */
    readonly remember: boolean | null;
    /** The return path, or "". */
    readonly next: string;
  };
  /** Such as "You are signed out." or "Sign in to continue." */
  readonly notice: string | null;
}

const fields = ["email", "password"];

/** The page at `/sign-in`; its form posts `email`, `password`, `remember` (`on` or absent) and `next`. */
export function signInPage(model: SignInModel): Html {
  const { values } = model;
  const focused =
    firstWrongField(model, fields) ?? (model.problem === null ? undefined : "password");
  return layout({
    title: focused === undefined ? "Sign in" : "Error: Sign in",
    viewer: null,
    shape: "split",
    content: split({
      token: "apart",
      saying: "You bring one half.",
      answer: "The other is kept here.",
      content: html`<h1>Sign in</h1>
        ${noticeLine(model.notice)} ${problemSummary(model, fields)}
        <form method="post" action="/sign-in">
          ${nextField(values.next)}
          ${field(
            {
              name: "email",
              label: "Email address",
              type: "email",
              autocomplete: "username",
              value: values.email,
              focused: focused === "email",
            },
            model,
          )}
          ${field(
            {
              name: "password",
              label: "Password",
              type: "password",
              autocomplete: "current-password",
              focused: focused === "password",
            },
            model,
          )}
          ${values.remember !== null && rememberChoice(values.remember)}
          <button class="primary" type="submit">Sign in</button>
        </form>
        <p class="other-way">
          New here? <a href="${withNext("/register", values.next)}">Register</a>
        </p>`,
    }),
  });
}

function rememberChoice(checked: boolean): Html {
  return html`<div class="choice">
    <input
      id="remember"
      name="remember"
      type="checkbox"
      value="on"
      ${checked && html`checked`}
      aria-describedby="remember-hint"
    />
    <label for="remember">Stay signed in</label>
    <p class="hint" id="remember-hint">Not on a computer that others use.</p>
  </div>`;
}
