/* Money is a whole number of cents everywhere. Only these two functions know how people write it. */

/** "12", "12.5" and "12,50" as cents; null for anything else. `1,000` is refused, because it may mean one or a thousand. */
export function parseCents(text: string): number | null {
  const [, euros, cents = ""] = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  return euros === undefined ? null : Number(euros) * 100 + Number(cents.padEnd(2, "0"));
}

const formatter = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

/** "€1,234.50". */
export function formatCents(cents: number): string {
  return formatter.format(cents / 100);
}
