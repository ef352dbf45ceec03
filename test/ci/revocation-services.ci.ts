import { test } from "node:test";
import { watchServices } from "../support/watched-services.ts";

/** More histories than `test/guarantees/g2-services.test.ts` has. */
for (let seed = 4; seed <= 15; seed += 1) {
  test(`services refuse what is revoked within the lease (seed ${seed})`, () =>
    watchServices(seed));
}
