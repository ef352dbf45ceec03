import type { Banking } from "./request.ts";

const dayMs = 86_400_000;

export interface Customer {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export const ada: Customer = {
  email: "ada@example.com",
  name: "Ada Lovelace",
  password: "first program ever",
};
export const grace: Customer = {
  email: "grace@example.com",
  name: "Grace Hopper",
  password: "moth in the relay",
};

/** Gives an empty bank two customers, with accounts and a past. A bank that has them is left as it is. */
export async function openAccounts({ auth, bank }: Banking, now: number): Promise<void> {
  if (bank.holderOf("10-20-30") !== null) return;
  const { id: adaId } = await auth.users.register(ada);
  const { id: graceId } = await auth.users.register(grace);

  const accounts = [
    ["10-20-30", adaId, ada.name, "Everyday", 1_204_16],
    ["10-20-31", adaId, ada.name, "Savings", 12_000_00],
    ["20-30-40", graceId, grace.name, "Everyday", 986_40],
    ["70-00-01", null, "Analytical Engines Ltd", "Business", 90_000_00],
    ["70-00-02", null, "Riverside Energy", "Business", 4_100_00],
    ["70-00-03", null, "Corner Bakery", "Business", 880_00],
    ["70-00-04", null, "Hillside Housing", "Business", 31_000_00],
  ] as const;
  for (const [number, userId, holder, name, cents] of accounts) {
    bank.open({ number, userId, holder, name, cents });
  }

  const past = [
    [34, "10-20-30", "70-00-04", 780_00, "Rent"],
    [31, "70-00-01", "10-20-30", 2_850_00, "Salary"],
    [24, "10-20-30", "70-00-02", 92_35, "Electricity"],
    [17, "10-20-30", "10-20-31", 400_00, "Put aside"],
    [9, "10-20-30", "20-30-40", 36_50, "Theatre tickets"],
    [4, "10-20-30", "70-00-04", 780_00, "Rent"],
    [1, "10-20-30", "70-00-03", 8_20, "Bread"],
  ] as const;
  const owners = new Map<string, string | null>(
    accounts.map(([number, userId]) => [number, userId]),
  );
  for (const [daysAgo, from, to, cents, reference] of past) {
    const order = { key: `${reference} ${daysAgo}`, from, to, cents, reference };
    bank.transfer({ ...order, userId: owners.get(from) ?? null, at: now - daysAgo * dayMs });
  }
}
