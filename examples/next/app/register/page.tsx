import { register } from "../actions";
import { CredentialsForm } from "../credentials-form";

export default function Register() {
  return (
    <>
      <h1>Register</h1>
      <CredentialsForm action={register} button="Register" />
    </>
  );
}
