/**
 * The address that an option gives. Whoever answers in its place decides what is believed here, so the connection must be
 * authenticated.
 * @throws TypeError that names the option
 */
export function addressOf(given: string | URL, name: string, allowsLoopback: boolean): string {
  if (!URL.canParse(String(given))) throw new TypeError(`${name} is no address`);
  const url = new URL(given);
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback && allowsLoopback)) {
    return url.href;
  }
  throw new TypeError(
    isLoopback
      ? `${name} must be an https: address; dangerouslyAllowLoopbackHttp allows http: on this machine`
      : `${name} must be an https: address`,
  );
}
