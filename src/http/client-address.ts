import { BlockList, isIP } from "node:net";
import { headerOf, type RequestHead } from "./headers.ts";

/**
 * Which proxies may speak for their clients. `false`: none. A number: that many stand before us. A list: those with
 * these addresses (`'loopback'`, `'private'`, an address or a CIDR range).
 */
export type TrustProxyOption = false | number | readonly string[];

/** The client behind the proxies. */
export interface Client {
  /** Null when it cannot be known. */
  readonly address: string | null;
  /** Whether the client's own connection is TLS, as far as can be known. */
  readonly secure: boolean;
}

/** Finds the client of a request. */
export interface ClientResolver {
  clientOf(request: RequestHead): Client;
  /** Whether the request carries a proxy's headers although no proxy is trusted. */
  hasUntrustedProxy(request: RequestHead): boolean;
}

const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
  ],
};

/** @throws TypeError that names the option; also for `true`, which would let every client choose its address. */
export function resolveTrustProxy(option: TrustProxyOption = false): ClientResolver {
  const trusts = trustRule(option);
  return {
    clientOf(request) {
      const peer = normalize(request.remoteAddress);
      const encrypted = request.encrypted ?? false;
      if (trusts === null || peer === null || !trusts(peer, 0))
        return { address: peer, secure: encrypted };
      const protocol = headerOf(request.headers, "x-forwarded-proto")
        ?.split(",")[0]
        ?.trim()
        .toLowerCase();
      return {
        address: walkBack(peer, headerOf(request.headers, "x-forwarded-for"), trusts),
        secure: protocol === undefined ? encrypted : protocol === "https",
      };
    },
    hasUntrustedProxy: ({ headers }) =>
      trusts === null &&
      (headerOf(headers, "x-forwarded-for") !== undefined ||
        headerOf(headers, "x-forwarded-proto") !== undefined ||
        headerOf(headers, "forwarded") !== undefined),
  };
}

/** Whether the hop at this address, `distance` hops from us, may speak for the one behind it. */
type TrustRule = (address: string, distance: number) => boolean;

function trustRule(option: TrustProxyOption): TrustRule | null {
  if (option === false || option === 0) return null;
  if (typeof option === "number") {
    if (!Number.isSafeInteger(option) || option < 0) {
      throw new TypeError("trustProxy must be a whole number of proxies");
    }
    return (_address, distance) => distance < option;
  }
  if (!Array.isArray(option)) {
    throw new TypeError(
      "trustProxy must be false, the number of proxies before this server, or a list of their addresses such as ['loopback', '10.0.0.0/8']. Trusting everybody would let a client choose its own address",
    );
  }
  const list = new BlockList();
  for (const range of option.flatMap((each: string) => namedRanges[each] ?? [each]))
    addRange(list, range);
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function addRange(list: BlockList, range: string): void {
  const [address = "", bits, ...rest] = range.split("/");
  const version = isIP(address);
  const width = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : Number(bits);
  if (
    version === 0 ||
    rest.length > 0 ||
    !Number.isInteger(prefix) ||
    prefix < 0 ||
    prefix > width
  ) {
    throw new TypeError(`trustProxy: ${JSON.stringify(range)} is not an address or a CIDR range`);
  }
  list.addSubnet(address, prefix, version === 6 ? "ipv6" : "ipv4");
}

/** Each proxy appends the address it saw, so the truth is read from the right, for as long as hops are trusted. */
function walkBack(peer: string, forwardedFor: string | undefined, trusts: TrustRule): string {
  let client = peer;
  const hops = forwardedFor?.split(",") ?? [];
  for (let distance = 0; trusts(client, distance); distance += 1) {
    const next = normalize(hops[hops.length - 1 - distance]?.trim());
    if (next === null) break;
    client = next;
  }
  return client;
}

/** IPv4 addresses that arrive in IPv6 spelling (`::ffff:192.0.2.1`) are the same client. */
function normalize(address: string | undefined): string | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, "") ?? "";
  return isIP(plain) === 0 ? null : plain;
}
