/**
 * The element that a selector finds, of the type that is meant.
 * @throws Error where the page has none: page and script do not belong together
 */
export function find<Found extends Element>(
  selector: string,
  type: new () => Found,
  within: ParentNode = document,
): Found {
  const found = within.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** A copy of what a template holds. */
export function copyOf(template: string): HTMLElement {
  const copy = find(template, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) throw new Error(`${template} is empty`);
  return copy;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something for some seconds, to those who listen, too. */
export function say(sentence: string): void {
  const toast = find("#toast", HTMLElement);
  toast.textContent = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.textContent = ""), 6_000);
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Such as "5 minutes ago". */
export function ago(time: number): string {
  const seconds = Math.min(0, (time - Date.now()) / 1_000);
  if (seconds > -60) return "just now";
  if (seconds > -3_600) return relative.format(Math.ceil(seconds / 60), "minute");
  if (seconds > -86_400) return relative.format(Math.ceil(seconds / 3_600), "hour");
  return relative.format(Math.ceil(seconds / 86_400), "day");
}
