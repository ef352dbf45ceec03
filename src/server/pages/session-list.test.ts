import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionList, type SessionLine } from "./session-list.ts";

const now = Date.UTC(2026, 2, 20, 12, 0, 0);
const minute = 60_000;

function session(id: string, change: Partial<SessionLine> = {}): SessionLine {
  return {
    id,
    current: false,
    createdAt: now - 60 * minute,
    lastSeenAt: now - 5 * minute,
    userAgent: "curl/8.0",
    ...change,
  };
}

test("shows the current session first, the others by when they were last seen", () => {
  const list = String(
    sessionList(
      [
        session("old", { lastSeenAt: now - 9 * minute }),
        session("new", { lastSeenAt: now }),
        session("mine", {
          current: true,
          userAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/144.0",
        }),
      ],
      now,
    ),
  );
  assert.ok(list.indexOf("This device") < list.indexOf('value="new"'));
  assert.ok(list.indexOf('value="new"') < list.indexOf('value="old"'));
  assert.equal(list.match(/This device/g)?.length, 1);
});

test("ends another session by its id, and the current one by signing out", () => {
  const list = String(sessionList([session("other"), session("mine", { current: true })], now));
  assert.match(
    list,
    /action="\/account\/sessions\/revoke">\s*<input type="hidden" name="sessionId" value="other"/,
  );
  assert.match(list, /action="\/sign-out"/);
  assert.doesNotMatch(list, /value="mine"/);
});

test("names the device in each button, for those who do not see the row", () => {
  assert.match(
    String(sessionList([session("a")], now)),
    /Sign out<span class="visually-hidden"> curl</,
  );
});

test("gives each moment to machines, to readers, and in full", () => {
  assert.match(
    String(sessionList([session("a")], now)),
    /<time datetime="2026-03-20T11:55:00\.000Z" title="20 March 2026 at 11:55 UTC"\s*>5 minutes ago</,
  );
});

test("folds away what is beyond six, so that the password form stays within reach", () => {
  const six = Array.from({ length: 6 }, (_, index) => session(`s${index}`));
  assert.doesNotMatch(String(sessionList(six, now)), /<details/);
  assert.match(String(sessionList([...six, session("x")], now)), /Show 1 more session\s*</);
  assert.match(String(sessionList([...six, ...six], now)), /Show 6 more sessions\s*</);
});

test("does not reorder the list that it is given", () => {
  const given = [session("a", { lastSeenAt: 0 }), session("b", { lastSeenAt: 1 })];
  void sessionList(given, now);
  assert.deepEqual(
    given.map(({ id }) => id),
    ["a", "b"],
  );
});
