"use client";

import { useActionState } from "react";

type Action = (before: string, form: FormData) => Promise<string>;

export function CredentialsForm({ action, button }: { action: Action; button: string }) {
  const [problem, send] = useActionState(action, "");
  return (
    <form action={send}>
      <label>
        Email <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" required />
      </label>
      <button>{button}</button>
      <p role="alert">{problem}</p>
    </form>
  );
}
