import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { User } from "./attacked-site.ts";

const newPassword = "chosen by the attacker";

/** What a page of the attacker does to its visitor. */
export interface Attack {
  readonly name: string;
  readonly run: (page: Page, victim: User) => Promise<unknown>;
}

/** What can be sent from another origin by a form or a script, against `app`. */
export function crossSiteAttacks(app: string, mallory: User): readonly Attack[] {
  return [
    form(app, "signs the visitor out by a form", "/sign-out"),
    form(app, "signs the visitor out by a form to the route", "/auth/sign-out"),
    form(app, "signs the other devices out by a form", "/account/sessions/revoke-others"),
    form(
      app,
      "changes the password by a form, knowing it",
      "/account/password",
      ({ password }) => ({
        currentPassword: password,
        newPassword,
      }),
    ),
    form(app, "signs the visitor in as the attacker by a form", "/sign-in", () => ({ ...mallory })),
    form(app, "registers the visitor by a form", "/register", (victim) => ({
      ...attacked(victim),
    })),
    jsonForm(
      app,
      "signs the visitor in by a form that reads as JSON",
      "/auth/sign-in",
      () => mallory,
    ),
    jsonForm(
      app,
      "registers the visitor by a form that reads as JSON",
      "/auth/register",
      (victim) => ({
        ...attacked(victim),
      }),
    ),
    script(app, "signs the visitor out by a script", "POST", "/auth/sign-out", "text/plain"),
    script(
      app,
      "signs all devices out by a script",
      "DELETE",
      "/auth/sessions",
      "application/json",
    ),
    script(
      app,
      "signs the visitor in by a script",
      "POST",
      "/auth/sign-in",
      "application/json",
      () => mallory,
    ),
    script(
      app,
      "signs the visitor in by a simple request",
      "POST",
      "/auth/sign-in",
      "text/plain",
      () => mallory,
    ),
    script(
      app,
      "changes the password by a script",
      "POST",
      "/auth/password",
      "text/plain",
      ({ password }) => ({
        currentPassword: password,
        newPassword,
      }),
    ),
  ];
}

/** Whom an attack would register. */
export function attacked({ email }: User): User {
  return { email: `attacked-${email}`, password: newPassword };
}

function form(
  app: string,
  name: string,
  path: string,
  fields: (victim: User) => Readonly<Record<string, string>> = () => ({}),
): Attack {
  return { name, run: (page, victim) => postForm(page, `${app}${path}`, fields(victim)) };
}

/** With the encoding that a form may choose and that puts any text into the body. */
function jsonForm(app: string, name: string, path: string, body: (victim: User) => User): Attack {
  return {
    name,
    run: (page, victim) => {
      const text = JSON.stringify({ ...body(victim), rest: "=" });
      const split = text.lastIndexOf("=");
      return postForm(
        page,
        `${app}${path}`,
        { [text.slice(0, split)]: text.slice(split + 1) },
        "text/plain",
      );
    },
  };
}

function script(
  app: string,
  name: string,
  method: string,
  path: string,
  type: string,
  body: (victim: User) => object = () => ({}),
): Attack {
  return {
    name,
    run: async (page, victim) => {
      const request = { url: `${app}${path}`, method, type, body: JSON.stringify(body(victim)) };
      assert.deepEqual(await send(page, { ...request, mode: "cors" }), { error: "TypeError" });
      if (method !== "POST") return;
      const sent = await send(page, { ...request, mode: "no-cors" });
      assert.deepEqual(sent, { status: 0, kind: "opaque" });
    },
  };
}

/** Sends a form from the top of the page, which carries more cookies than a frame would. */
async function postForm(
  page: Page,
  action: string,
  fields: Readonly<Record<string, string>>,
  enctype = "application/x-www-form-urlencoded",
): Promise<void> {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.evaluate(
    ({ action, fields, enctype }) => {
      const form = Object.assign(document.createElement("form"), {
        action,
        enctype,
        method: "post",
      });
      for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement("input"), { name, value }));
      }
      document.body.append(form);
      // Later, so that this script has ended when its page goes away.
      setTimeout(() => form.submit());
    },
    { action, fields, enctype },
  );
  if ((await answered).status() !== 204) await page.waitForURL(`${new URL(action).origin}/**`);
}

interface ScriptedRequest {
  readonly url: string;
  readonly method: string;
  readonly mode: "cors" | "no-cors";
  readonly type?: string;
  readonly body?: string;
}

/** Sends a request with the visitor's cookies by a script; answers what the script may see. */
export async function send(page: Page, request: ScriptedRequest): Promise<object> {
  return page.evaluate(async ({ url, type, ...init }) => {
    try {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const { status, type: kind } = await fetch(url, { ...init, headers, credentials: "include" });
      return { status, kind };
    } catch (error) {
      return { error: (error as Error).name };
    }
  }, request);
}

export async function embed(
  page: Page,
  tag: "iframe" | "img" | "script",
  src: string,
): Promise<string> {
  return page.evaluate(
    ({ tag, src }) =>
      new Promise<string>((resolve) => {
        const element = document.createElement(tag);
        element.addEventListener("load", () => resolve("loaded"));
        element.addEventListener("error", () => resolve("failed"));
        element.src = src;
        document.body.append(element);
      }),
    { tag, src },
  );
}
