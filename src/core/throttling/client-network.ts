import { isIPv6 } from "node:net";

/**
 * The network that an address is counted by: IPv4 addresses one by one, also when written as IPv6; IPv6 by
 * its first 64 bits, since a single household or rented machine has all the addresses below them. Anything
 * else, such as the name of a socket, stands for itself.
 */
export function networkOf(address: string): string {
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  const groups = groupsOf(plain);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const hexadecimal = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)]
        .map((group) => group.toString(16))
        .join(":"),
  );
  const [head = [], tail = []] = hexadecimal
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""))
    .map((part) => part.map((group) => Number.parseInt(group, 16)));
  const elided = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...elided, ...tail];
}
