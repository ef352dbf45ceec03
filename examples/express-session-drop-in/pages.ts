/** A page that says one thing, with a way out. Names come from the application's own list, messages from its code. */
export function page(text: string): string {
  return `<!doctype html>
<title>Drop-in</title>
<p>${text}</p>
<form method="post" action="/logout"><button>Log out</button></form>
`;
}

export function loginPage(message: string): string {
  return `<!doctype html>
<title>Log in</title>
<p>${message}</p>
<form method="post" action="/login">
  <label>Name <input name="name" autocomplete="username"></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button>Log in</button>
</form>
`;
}
