import { ClientError, type AccountActions } from "symbolon/client";
import { find } from "./elements.ts";

/** Signing in and registering: one form, which asks for a name when the person is new. */
export function prepareWelcome(client: AccountActions): void {
  const form = find("#enter", HTMLFormElement);
  const submit = find("#enter-submit", HTMLButtonElement);
  const other = find("#enter-other", HTMLButtonElement);
  const password = find("#password", HTMLInputElement);
  let isNew = false;

  other.addEventListener("click", () => {
    isNew = !isNew;
    find("[data-field=name]", HTMLElement).hidden = !isNew;
    password.autocomplete = isNew ? "new-password" : "current-password";
    submit.textContent = isNew ? "Create account" : "Sign in";
    other.textContent = isNew ? "Have an account? Sign in" : "New here? Create an account";
    tell(null);
    find(isNew ? "#name" : "#email", HTMLInputElement).focus();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void enter();
  });

  async function enter(): Promise<void> {
    const data = new FormData(form);
    const field = (name: string): string => {
      const value = data.get(name);
      return typeof value === "string" ? value : "";
    };
    // Without `remember` the cookies end with the browser, and the month that the preset gives is for apps only.
    const person = {
      email: field("email"),
      password: field("password"),
      remember: data.has("remember"),
    };
    submit.disabled = true;
    tell(null);
    try {
      if (isNew) await client.register({ ...person, name: field("name").trim() || null });
      else await client.signIn(person);
      form.reset();
    } catch (error) {
      tell(error);
    } finally {
      submit.disabled = false;
    }
  }
}

/** Says beside each field what is wrong with it, and the rest below. */
function tell(error: unknown): void {
  const fields = error instanceof ClientError ? error.fields : [];
  for (const element of document.querySelectorAll<HTMLElement>("[data-field]")) {
    const wrong = fields.find(({ field }) => field === element.dataset["field"]);
    const input = find("input", HTMLInputElement, element);
    input.setAttribute("aria-invalid", String(wrong !== undefined));
    find(".wrong", HTMLElement, element).textContent = wrong?.detail ?? "";
  }
  find("#enter-error", HTMLElement).textContent =
    error === null || fields.length > 0
      ? ""
      : error instanceof Error
        ? error.message
        : "That did not work.";
  document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}

/**
 * Says why nobody is signed in any more. `fromElsewhere`: it was not done in this tab. Only one tab is told the reason by the server,
 * so all say the same, which is true of a sign-out in another tab, on another device, and by a moderator.
 */
export function tellWhyEnded(error: ClientError | null, fromElsewhere: boolean): void {
  const notice = find("#ended", HTMLElement);
  notice.textContent =
    error?.code === "session_expired"
      ? "You were away for a long time. Sign in again."
      : error?.code === "refresh_token_reused"
        ? "Somebody else had a copy of this login, so it was ended. Sign in again, and change your password."
        : fromElsewhere
          ? "You were signed out from elsewhere."
          : error?.code === "session_revoked"
            ? "You were signed out: from elsewhere, or because you were away for a long time."
            : "";
  notice.hidden = notice.textContent === "";
}
