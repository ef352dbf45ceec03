import type { Store } from "../core/ports.ts";

/**
 * Opens the store that `SYMBOLON_STORE` names: `memory:`, `sqlite:./file.db`, or two of them with a comma, of which the
 * first takes the sessions and the second the accounts. Only the driver that is needed is loaded.
 * @throws TypeError for an address that is not known
 */
export async function storeAt(address: string): Promise<Store> {
  const [first = "", second, ...rest] = address.split(",").map((each) => each.trim());
  if (rest.length > 0) throw new TypeError("SYMBOLON_STORE takes one address, or two with a comma");
  const sessions = await openOne(first);
  if (second === undefined) return sessions;
  const accounts = await openOne(second);
  return {
    ...accounts,
    traits: {
      name: `${sessions.traits.name} and ${accounts.traits.name}`,
      durable: sessions.traits.durable && accounts.traits.durable,
      partitions: sessions.traits.partitions,
    },
    sessions: sessions.sessions,
    revocation: sessions.revocation,
    async open() {
      await Promise.all([sessions.open?.(), accounts.open?.()]);
    },
    async close() {
      await Promise.all([sessions.close?.(), accounts.close?.()]);
    },
  };
}

async function openOne(address: string): Promise<Store> {
  const [, scheme, rest = ""] = /^([a-z]+):(.*)$/.exec(address) ?? [];
  if (scheme === "memory" && rest === "") {
    return (await import("../stores/memory.ts")).memoryStore();
  }
  if (scheme === "sqlite" && rest !== "") {
    return (await import("../stores/sqlite.ts")).sqliteStore(rest);
  }
  throw new TypeError(
    `SYMBOLON_STORE: ${JSON.stringify(address.replace(/\/\/.*@/, "//…@"))} is not known. Use memory: or sqlite:./data/symbolon.db`,
  );
}
