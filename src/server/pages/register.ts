import {
  field,
  firstWrongField,
  nextField,
  noticeLine,
  problemSummary,
  shortestPassword,
  withNext,
  type FormProblems,
} from "./form.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { split } from "./split.ts";

export interface RegisterModel extends FormProblems {
  readonly values: {
    readonly name: string;
    readonly email: string;
    /** The return path, or "". */
    readonly next: string;
  };
  readonly notice: string | null;
}

const fields = ["name", "email", "password"];

/** The page at `/register`; its form posts `name` (may be empty), `email`, `password` and `next`. */
export function registerPage(model: RegisterModel): Html {
  const { values } = model;
  const focused = firstWrongField(model, fields) ?? (model.problem === null ? undefined : "email");
  return layout({
    title: focused === undefined ? "Register" : "Error: Register",
    viewer: null,
    shape: "split",
    content: split({
      token: "apart",
      saying: "One half stays with you.",
      answer: "The other stays here.",
      content: html`<h1>Register</h1>
        ${noticeLine(model.notice)} ${problemSummary(model, fields)}
        <form method="post" action="/register">
          ${nextField(values.next)}
          ${field(
            {
              name: "name",
              label: "Name",
              type: "text",
              autocomplete: "name",
              value: values.name,
              optional: true,
              focused: focused === "name",
            },
            model,
          )}
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
              autocomplete: "new-password",
              hint: `At least ${shortestPassword} characters. A few words that only you would put together are best.`,
              minLength: shortestPassword,
              focused: focused === "password",
            },
            model,
          )}
          <button class="primary" type="submit">Register</button>
        </form>
        <p class="other-way">
          Registered already? <a href="${withNext("/sign-in", values.next)}">Sign in</a>
        </p>`,
    }),
  });
}
