import assert from "node:assert/strict";
import { test } from "node:test";
import { previews } from "../../../tools/preview-models.ts";
import { accountPage } from "./account.ts";
import { noProblems } from "./form.ts";
import { homePage } from "./home.ts";
import { problemPage } from "./problem.ts";
import { registerPage } from "./register.ts";
import { signInPage } from "./sign-in.ts";

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e\uD800`;
const now = Date.UTC(2026, 2, 20);

const hostilePages: Readonly<Record<string, () => unknown>> = {
  home: () =>
    homePage({
      viewer: { name: hostile, email: hostile },
      baseUrl: hostile,
      routes: [{ method: hostile, path: hostile, does: hostile }],
      notice: hostile,
    }),
  "sign-in": () =>
    signInPage({
      values: { email: hostile, remember: true, next: hostile },
      errors: [
        { field: "email", detail: hostile },
        { field: hostile, detail: hostile },
      ],
      problem: hostile,
      notice: hostile,
    }),
  register: () =>
    registerPage({
      values: { name: hostile, email: hostile, next: hostile },
      errors: [{ field: "name", detail: hostile }],
      problem: hostile,
      notice: hostile,
    }),
  account: () =>
    accountPage({
      user: { name: hostile, email: hostile, createdAt: now },
      sessions: [
        { id: hostile, current: false, createdAt: now, lastSeenAt: now, userAgent: hostile },
      ],
      now,
      passwordForm: { errors: [{ field: "newPassword", detail: hostile }], problem: hostile },
      notice: hostile,
    }),
  problem: () =>
    problemPage({
      status: 418,
      title: hostile,
      detail: hostile,
      retryAfterSeconds: null,
      viewer: { name: hostile, email: hostile },
    }),
};

const everyPage = Object.entries({ ...previews, ...hostilePages }).map(
  ([name, view]) => [name, String(view())] as const,
);

for (const [name, page] of everyPage) {
  test(`${name} holds no script, no inline style and no event handler`, () => {
    assert.doesNotMatch(page, /<script|<style|<img|javascript:/i);
    const tags = tagsOf(page);
    assert.equal(tags.length, page.match(/<[a-z]/gi)?.length, "every tag is well-formed");
    for (const { text, attributes } of tags) {
      for (const attribute of attributes.keys()) {
        assert.doesNotMatch(attribute, /^(style$|on)/i, text);
      }
    }
  });

  test(`${name} labels every input and button, and refers only to ids that exist, once`, () => {
    const tags = tagsOf(page);
    const ids = tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
    const labelled = tags.flatMap(({ attributes }) => attributes.get("for") ?? []);
    for (const { tag, text, attributes } of tags) {
      if (tag === "input" && attributes.get("type") !== "hidden" && !attributes.has("hidden")) {
        assert.ok(labelled.includes(attributes.get("id") ?? ""), text);
      }
      const referred = [
        ...(attributes.get("aria-describedby") ?? "").split(" "),
        attributes.get("aria-labelledby") ?? "",
        attributes.get("for") ?? "",
        /^#(.+)/.exec(attributes.get("href") ?? "")?.[1] ?? "",
      ];
      for (const id of referred)
        assert.ok(id === "" || ids.includes(id), `${text} refers to ${id}`);
    }
    assert.doesNotMatch(page, /<button[^>]*>\s*<\/button>/);
  });

  test(`${name} is one document with a title, a language and one first heading`, () => {
    assert.match(page, /^<!doctype html>\s*<html lang="en">/);
    assert.match(page, /<title>[^<]+ · Symbolon<\/title>/);
    assert.equal(page.match(/<h1[ >]/g)?.length, 1);
    assert.equal(page.match(/ autofocus/g)?.length ?? 0, / role="alert"/.test(page) ? 1 : 0);
  });

  test(`${name} changes things only by forms that post to this server`, () => {
    for (const { tag, text, attributes } of tagsOf(page)) {
      if (tag !== "form") continue;
      assert.equal(attributes.get("method"), "post", text);
      assert.match(attributes.get("action") ?? "", /^\/[a-z]/, text);
    }
  });
}

test("a hostile name stays text: it is shown as it was typed, and never as markup", () => {
  const page = String(previews["/account-hostile"]?.());
  assert.match(page, /<bdi>&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&gt;&lt;img /);
});

test("a template takes arrays and nothing, and escapes text in both", () => {
  const page = String(
    homePage({
      viewer: null,
      baseUrl: "http://localhost:3000",
      routes: [{ method: "GET", path: "/<b>", does: "'\"&" }],
      notice: null,
    }),
  );
  assert.match(page, /\/&lt;b&gt;/);
  assert.match(page, /&#39;&quot;&amp;/);
  assert.doesNotMatch(page, /\bnull\b|\bundefined\b|\bfalse\b(?!")|\[object/);
});

test("names who is signed in, and offers to sign out, on every page that knows", () => {
  const page = String(previews["/404"]?.());
  assert.match(page, /<bdi>Ada Lovelace<\/bdi>/);
  assert.match(page, /<form method="post" action="\/sign-out">/);
});

test("an outage is never shown as being signed out", () => {
  const page = String(previews["/503"]?.());
  assert.doesNotMatch(page, /href="\/sign-in"|href="\/register"|action="\/sign-out"/);
  assert.match(page, /This does not sign you out\. Try again in 2 seconds/);
});

test("a problem says what happened and what to do next, with the wait rounded up", () => {
  const page = String(previews["/429"]?.());
  assert.match(page, /<h1>Too many attempts\.<\/h1>/);
  assert.match(page, /Wait 3 minutes, then try again/);
  const other = problemPage({
    status: 400,
    title: "The request carries two different session cookies. Sign in again.",
    detail: null,
    retryAfterSeconds: null,
    viewer: null,
  });
  assert.match(String(other), /<p>Sign in again\.<\/p>/);
});

test("the forms need nothing that has not been typed yet", () => {
  const page = String(
    signInPage({ ...noProblems, values: { email: "", remember: false, next: "" }, notice: null }),
  );
  assert.doesNotMatch(page, /name="next"|role="alert"|role="status"|aria-invalid/);
});

interface Tag {
  readonly tag: string;
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Values are escaped, so no attribute holds a quote or an angle bracket of its own. */
function tagsOf(page: string): Tag[] {
  return [...page.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*\/?>/gi)].map(
    ([text, tag = "", attributes = ""]) => ({
      tag: tag.toLowerCase(),
      text,
      attributes: new Map(
        [...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, name = "", value = ""]) => [
          name,
          value,
        ]),
      ),
    }),
  );
}
