import type { Person } from "./column.ts";

/** Who can sign in, in every column of the lab. Their passwords are in the page: there is nothing to guess. */
export const people: { readonly ada: Person; readonly mallory: Person } = {
  ada: { id: "ada", name: "Ada", password: "correct horse battery staple", role: "editor" },
  mallory: { id: "mallory", name: "Mallory", password: "lemon tree very pretty", role: "reader" },
};
