import { useEffect, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import { useSession } from "symbolon/react";
import { fieldOf } from "./parts.tsx";
import { client, messageOf } from "./workbench.tsx";

/** Who it is. Which workspace is the next question. */
export function SignIn(): ReactNode {
  const { error: ended } = useSession();
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Workbench";
  }, []);

  async function signIn(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setError("");
    try {
      const [email, password] = [fieldOf(form, "email"), fieldOf(form, "password")];
      await client.signIn({ email, password, remember: true });
    } catch (thrown) {
      setError(messageOf(thrown));
      setBusy(false);
    }
  }

  const isNews = ended !== null && ended.code !== "unauthenticated";
  return (
    <main className="door">
      <form onSubmit={(event) => void signIn(event)} aria-describedby="said">
        <p className="brand">Workbench</p>
        <h1>Sign in</h1>
        <p id="said" className="error" role="alert">
          {error === "" && isNews ? ended.message : error}
        </p>
        <label>
          Email address
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button className="main" disabled={isBusy}>
          Sign in
        </button>
        <p className="hint">The program that serves this page has printed who there is.</p>
      </form>
    </main>
  );
}
