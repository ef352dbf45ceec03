import type { FieldError } from "../../core/errors.ts";
import { html, type Html } from "./html.ts";

/** What was wrong with a form when it came back. */
export interface FormProblems {
  /** Each is shown beside its field, and above the form with a link to it. */
  readonly errors: readonly FieldError[];
  /** What is wrong with the form as a whole, such as "The email address or the password is not right." */
  readonly problem: string | null;
}

/** A form that has not been sent yet. */
export const noProblems: FormProblems = { errors: [], problem: null };

/** The shortest password that the pages accept; the server decides. */
export const shortestPassword = 8;

export interface FieldSpec {
  /** Also its id, so it occurs once a page. */
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "email" | "password";
  readonly autocomplete: string;
  /** What was typed before. A password field has none: what was typed there never comes back. */
  readonly value?: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly minLength?: number;
  readonly focused?: boolean;
}

/** A labelled input with its hint and its errors, which it names as its description. */
export function field(spec: FieldSpec, { errors }: FormProblems): Html {
  const own = errors.filter((error) => error.field === spec.name);
  const wrong = own.length > 0;
  const described = [
    ...(spec.hint === undefined ? [] : [`${spec.name}-hint`]),
    ...(wrong ? [`${spec.name}-error`] : []),
  ].join(" ");
  const value = spec.type === "password" ? undefined : spec.value;
  return html`<div class="field${wrong && " field-wrong"}">
    <label for="${spec.name}"
      >${spec.label}${spec.optional === true && html` <span class="optional">(optional)</span>`}</label
    >
    ${spec.hint !== undefined && html`<p class="hint" id="${spec.name}-hint">${spec.hint}</p>`}
    <input
      id="${spec.name}"
      name="${spec.name}"
      type="${spec.type}"
      autocomplete="${spec.autocomplete}"
      ${spec.type === "email" && html`inputmode="email"`}
      ${spec.type !== "text" && html`autocapitalize="none" spellcheck="false"`}
      ${spec.type === "text" && html`dir="auto"`}
      ${value !== undefined && value !== "" && html`value="${value}"`}
      ${spec.minLength !== undefined && html`minlength="${spec.minLength}"`}
      ${spec.optional !== true && html`required`}
      ${described !== "" && html`aria-describedby="${described}"`}
      ${wrong && html`aria-invalid="true"`}
      ${spec.focused === true && html`autofocus`}
    />
    ${
      wrong &&
      html`<p class="error" id="${spec.name}-error">
        <span class="visually-hidden">Error: </span>${own.map(({ detail }) => detail).join(" ")}
      </p>`
    }
  </div>`;
}

/** What is wrong, above the form, read out at once; errors of fields outside `fields` stand without a link. */
export function problemSummary(
  { errors, problem }: FormProblems,
  fields: readonly string[],
): Html | null {
  if (errors.length === 0 && problem === null) return null;
  const placeOf = ({ field }: FieldError): number =>
    fields.includes(field) ? fields.indexOf(field) : fields.length;
  return html`<div class="notice notice-problem" role="alert">
    <p class="notice-title">${problem ?? "Some fields need another look."}</p>
    ${
      errors.length > 0 &&
      html`<ul>
        ${errors
          .toSorted((a, b) => placeOf(a) - placeOf(b))
          .map(({ field, detail }) =>
            fields.includes(field)
              ? html`<li><a href="#${field}">${detail}</a></li>`
              : html`<li>${detail}</li>`,
          )}
      </ul>`
    }
  </div>`;
}

/** Something that went well, or that the reader should know. */
export function noticeLine(notice: string | null): Html | null {
  return notice === null ? null : html`<p class="notice" role="status">${notice}</p>`;
}

/** The field that gets the focus when the form comes back: the first wrong one in the form's order. */
export function firstWrongField(
  { errors }: FormProblems,
  fields: readonly string[],
): string | undefined {
  return fields.find((name) => errors.some((error) => error.field === name));
}

/** Carries the return path through the form. */
export function nextField(next: string): Html | null {
  return next === "" ? null : html`<input type="hidden" name="next" value="${next}" />`;
}

/** A link to another form of the same way in, with the return path kept. */
export function withNext(path: string, next: string): string {
  // URLSearchParams, unlike encodeURIComponent, does not throw on half a surrogate pair.
  return next === "" ? path : `${path}?${new URLSearchParams({ next }).toString()}`;
}
