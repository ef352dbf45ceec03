import { html as tagged } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup whose values are escaped already. */
export type Html = HtmlEscapedString;

/** What may stand in a template: text is escaped, markup is not, `false`, `null` and `undefined` are nothing. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

/** hono's escaping template, without promises among its values: a page is a value and is there at once. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return tagged(strings, ...values) as Html;
}
