import Link from "next/link";
import { signIn } from "../actions";
import { CredentialsForm } from "../credentials-form";

export default function SignIn() {
  return (
    <>
      <h1>Sign in</h1>
      <CredentialsForm action={signIn} button="Sign in" />
      <Link href="/register">Register</Link>
    </>
  );
}
