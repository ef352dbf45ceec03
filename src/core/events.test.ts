import assert from "node:assert/strict";
import { test } from "node:test";
import { createEventHub } from "./events.ts";

test("a warning that nobody listens for is printed, also where the process has no warnings", (t) => {
  const emitWarning = t.mock.method(process, "emitWarning", () => undefined);
  const warn = t.mock.method(console, "warn", () => undefined);
  createEventHub().warnOnce("insecure_cookies", "Careful.");
  assert.equal(emitWarning.mock.callCount(), 1);
  assert.equal(warn.mock.callCount(), 0);

  emitWarning.mock.restore();
  const own = Object.getOwnPropertyDescriptor(process, "emitWarning");
  assert.ok(own !== undefined);
  t.after(() => Object.defineProperty(process, "emitWarning", own));
  Reflect.deleteProperty(process, "emitWarning");
  createEventHub().warnOnce("insecure_cookies", "Careful.");
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [["SymbolonWarning: Careful.", "insecure_cookies"]],
  );
});
