/** Markup whose values have been escaped already. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text is escaped, markup is not, `false` and `null` are nothing. */
export type HtmlValue = Html | string | number | false | null | readonly HtmlValue[];

/** A template that escapes every value: what customers write can never become markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markupOf)));
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (value === false || value === null) return "";
  if (typeof value === "object") return value.map(markupOf).join("");
  return String(value).replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
}
