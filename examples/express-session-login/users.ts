/** Somebody whom the application knows. */
export interface User {
  readonly id: string;
  readonly name: string;
}

const users: readonly (User & { readonly password: string })[] = [
  { id: "1", name: "ada", password: "first program ever" },
  { id: "2", name: "grace", password: "moth in the relay" },
];

/** The application's own check, here of a list; null for a wrong name or password, and for anything that is no login. */
export function findUser(body: unknown): User | null {
  const { name, password } = (body ?? {}) as {
    readonly name?: unknown;
    readonly password?: unknown;
  };
  const user = users.find((each) => each.name === name && each.password === password);
  return user === undefined ? null : { id: user.id, name: user.name };
}
