/** One store that an address names. */
export type StoreAddress =
  | { readonly kind: "memory"; readonly shown: string }
  | { readonly kind: "sqlite"; readonly path: string; readonly shown: string }
  | {
      readonly kind: "postgres" | "mysql" | "redis";
      /** What the driver is given, with its parameters and its password. */
      readonly url: string;
      /** For logs and messages: without user, password and parameters. */
      readonly shown: string;
    };

const kinds: Readonly<Record<string, "postgres" | "mysql" | "redis">> = {
  postgres: "postgres",
  postgresql: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
  redis: "redis",
  rediss: "redis",
};

// Only where an address begins, because a password may have a comma too.
const separator = /,\s*(?=(?:memory|sqlite|postgres|postgresql|mysql|mariadb|redis|rediss):)/;

/**
 * Takes `SYMBOLON_STORE` apart: one address, or two with a comma.
 * @throws TypeError for what is not known. No message holds a password.
 */
export function parseStoreAddresses(text: string): readonly StoreAddress[] {
  const parts = text.trim().split(separator);
  if (parts.length > 2) {
    throw new TypeError("The store address is one address, or two with a comma");
  }
  return parts.map(parseOne);
}

/** The addresses as they may be shown: without users, passwords and parameters. */
export function showStore(text: string): string {
  return parseStoreAddresses(text)
    .map(({ shown }) => shown)
    .join(", ");
}

function parseOne(text: string): StoreAddress {
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (scheme === "memory" && rest === "") return { kind: "memory", shown: text };
  if (scheme === "sqlite" && rest !== "" && !rest.includes(",")) {
    return { kind: "sqlite", path: rest, shown: text };
  }
  const kind = kinds[scheme];
  if (kind === undefined || !rest.startsWith("//")) {
    throw new TypeError(
      `The store address ${JSON.stringify(showUnknown(text))} is not known. Use memory:, sqlite:./data/symbolon.db, postgres://…, mysql://…, or a pair such as redis://…,postgres://…`,
    );
  }
  const shown = showUrl(text);
  if (shown === null) {
    throw new TypeError(
      `The store address ${scheme}://… is not a URL. Percent-encode what is special in its user, password and parameters: @ is %40, a comma %2C, / %2F, ? %3F, # %23`,
    );
  }
  return { kind, url: text, shown };
}

/** Null when it is no URL, or when one cannot be sure where its password ends. */
function showUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, host, pathname, search, hash } = new URL(text);
  if (/[@,]/.test(pathname + search + hash)) return null;
  const user = username === "" && password === "" ? "" : "…@";
  return `${protocol}//${user}${host}${pathname}`;
}

function showUnknown(text: string): string {
  const [scheme = "", ...rest] = text.split("//");
  return rest.length === 0 ? text : (showUrl(text) ?? `${scheme}//…`);
}
