import assert from "node:assert/strict";
import { test } from "node:test";
import { prelude, sessions } from "../../src/stores/redis/lua/prelude.ts";
import { packNumber } from "../../src/stores/redis/record.ts";
import { clientFor, serverFor } from "./redis/own-server.ts";
import { ownServersMissing } from "./redis/where.ts";

// What the scripts are always given first, and then the number in both spellings.
const common = Array.from({ length: 9 }, (_, index) => (index === 0 ? "{sym:0}:head" : "x"));
const script = `${prelude}${sessions}
return { base, whole(number_at(ARGV[1], 1)), packed(tonumber(ARGV[2])) }`;

test(
  "scripts read and write the numbers of a session as the store does, to the last digit",
  { skip: ownServersMissing() },
  async (t) => {
    const { send } = await clientFor(t, await serverFor(t));
    const edges = Array.from({ length: 54 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]);
    const numbers = [...edges.flat(), 1_767_225_600_000_001, 6_148_914_691_236_517].filter(
      (number) => Number.isSafeInteger(number),
    );
    assert.ok(numbers.includes(2 ** 53 - 1));
    for (const number of numbers) {
      const packed = packNumber(number);
      assert.match(packed, /^[0-o]{9}$/);
      assert.deepEqual(
        await send("", "eval", script, "9", ...common, packed, String(number)),
        ["{sym:0}", String(number), packed],
        String(number),
      );
    }
  },
);
