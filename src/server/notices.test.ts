import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeFor } from "./notices.ts";

test("tells a notice by its key", () => {
  assert.equal(noticeFor("signed-out"), "You are signed out.");
});

test("says nothing for what is no key, so that a link cannot put words into our mouth", () => {
  for (const key of [undefined, "", "You have won", "constructor", "__proto__", "toString"]) {
    assert.equal(noticeFor(key), null);
  }
});
