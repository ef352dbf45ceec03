import assert from "node:assert/strict";
import { test } from "node:test";
import { accountPage } from "./account.ts";
import { withNext } from "./form.ts";
import { registerPage } from "./register.ts";
import { signInPage } from "./sign-in.ts";

const wrongRegister = String(
  registerPage({
    values: { name: "Ada", email: "ada@example", next: "/account?x=1&y=2" },
    notice: null,
    problem: null,
    errors: [
      { field: "password", detail: "Choose another password." },
      { field: "email", detail: "This is not an address." },
    ],
  }),
);

/** What a careless caller might hand over: the page has no place for it. */
const typedPassword = { password: "s3cret-typed" };

const wrongSignIn = String(
  signInPage({
    ...typedPassword,
    values: {
      email: "ada@example.com",
      remember: true,
      next: "",
      ...typedPassword,
    },
    notice: null,
    problem: "The email address or the password is not right.",
    errors: [],
  }),
);

function inputOf(page: string, id: string): string {
  return new RegExp(`<input\\s+id="${id}"[^>]*>`).exec(page)?.[0] ?? "";
}

test("shows an error beside its field, which names it as its description", () => {
  assert.match(
    inputOf(wrongRegister, "email"),
    /aria-describedby="email-error"[^>]*aria-invalid="true"/,
  );
  assert.match(
    inputOf(wrongRegister, "password"),
    /aria-describedby="password-hint password-error"/,
  );
  assert.match(
    wrongRegister,
    /id="email-error">\s*<span class="visually-hidden">Error: <\/span>This is not an address\./,
  );
  assert.doesNotMatch(inputOf(wrongRegister, "name"), /aria-invalid/);
});

test("sums the errors up above the form, in its order, each a link to its field", () => {
  const summary = /role="alert">([\s\S]*?)<\/div>/.exec(wrongRegister)?.[1] ?? "";
  const targets = [...summary.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
  assert.deepEqual(targets, ["email", "password"]);
});

test("puts the focus on the first wrong field", () => {
  assert.match(inputOf(wrongRegister, "email"), /autofocus/);
  assert.match(inputOf(wrongSignIn, "password"), /autofocus/);
  assert.match(wrongRegister, /<title>Error: Register/);
});

test("keeps what was typed, and never a password", () => {
  assert.match(inputOf(wrongRegister, "name"), /value="Ada"/);
  assert.match(inputOf(wrongRegister, "email"), /value="ada@example"/);
  assert.match(inputOf(wrongSignIn, "email"), /value="ada@example\.com"/);
  assert.match(inputOf(wrongSignIn, "remember"), /checked/);
  assert.doesNotMatch(wrongSignIn, /s3cret-typed/);
  for (const page of [wrongRegister, wrongSignIn]) {
    assert.doesNotMatch(inputOf(page, "password"), /value=/);
  }
});

test("carries the return path through the form and to the other way in", () => {
  assert.match(wrongRegister, /name="next" value="\/account\?x=1&amp;y=2"/);
  assert.match(wrongRegister, /href="\/sign-in\?next=%2Faccount%3Fx%3D1%26y%3D2"/);
  assert.equal(withNext("/register", ""), "/register");
  assert.equal(withNext("/register", "\uD800"), "/register?next=%EF%BF%BD");
});

test("tells password managers what each field is", () => {
  assert.match(inputOf(wrongSignIn, "email"), /type="email"[\s\S]*autocomplete="username"/);
  assert.match(inputOf(wrongSignIn, "email"), /inputmode="email"/);
  assert.match(inputOf(wrongSignIn, "password"), /autocomplete="current-password"/);
  assert.match(inputOf(wrongRegister, "password"), /autocomplete="new-password"/);
  assert.match(inputOf(wrongRegister, "password"), /minlength="8"/);
  assert.match(inputOf(wrongRegister, "name"), /autocomplete="name"/);
});

test("never cuts or judges a password that exists already", () => {
  assert.doesNotMatch(inputOf(wrongSignIn, "password"), /minlength/);
  assert.doesNotMatch(wrongSignIn + wrongRegister, /maxlength/);
});

test("says whose password is changed to password managers, without sending it", () => {
  const page = String(
    accountPage({
      user: { name: null, email: "ada@example.com", createdAt: 0 },
      sessions: [],
      now: 0,
      passwordForm: { errors: [], problem: null },
      notice: null,
    }),
  );
  const form = /<form class="narrow"[\s\S]*?<\/form>/.exec(page)?.[0] ?? "";
  const names = [...form.matchAll(/\bname="(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(names, ["currentPassword", "newPassword"]);
  assert.match(form, /autocomplete="username" value="ada@example\.com" readonly hidden/);
});
