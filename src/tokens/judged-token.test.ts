import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { newSessionId, partitionOfSession, partitionOfUser } from "../core/revocation/partition.ts";
import type { LogEntry } from "../core/revocation/revocation-store.ts";
import { RevocationView } from "../core/revocation/view.ts";
import { claims } from "../../test/support/tokens.ts";
import { judgeToken, partitionOfToken } from "./judged-token.ts";

const token = { ...claims, sid: "session-1", tenant_id: "tenant-1", mark: 100, pos: 100 };

function entry(changes: Partial<LogEntry>): LogEntry {
  const seq = changes.seq ?? 200;
  return {
    seq,
    id: `entry-${seq}`,
    cut: seq,
    scope: "user",
    target: "user-1",
    kind: "revoked",
    except: null,
    reason: "revoked_by_application",
    keepUntil: 1_000,
    ...changes,
  };
}

function judged(entries: readonly Partial<LogEntry>[], changes: object = {}): boolean | "outdated" {
  const view = new RevocationView();
  view.apply(entries.map(entry));
  return judgeToken(view, { ...token, ...changes });
}

describe("what the log says of an access token", () => {
  const ends: Readonly<Record<string, Partial<LogEntry>>> = {
    "its session": { scope: "session", target: "session-1" },
    "its user": {},
    "its user, but for another session": { except: "session-2" },
    "its tenant": { scope: "tenant", target: "tenant-1" },
    everyone: { scope: "all", target: "" },
  };
  for (const [whom, changes] of Object.entries(ends)) {
    test(`a revocation of ${whom} ends it`, () => assert.equal(judged([changes]), true));
  }

  const spares: Readonly<Record<string, Partial<LogEntry>>> = {
    "of another session": { scope: "session", target: "session-2" },
    "of its user, but for its session": { except: "session-1" },
    "of another user": { target: "user-2" },
    "of another tenant": { scope: "tenant", target: "tenant-2" },
    "from before its session": { seq: 100 },
    "that was written back after its session had begun": { seq: 200, cut: 100 },
    "of a key": { scope: "key", target: "user-1" },
  };
  for (const [what, changes] of Object.entries(spares)) {
    test(`a revocation ${what} does not, nor does it make it outdated`, () =>
      assert.equal(judged([changes]), false));
  }

  test("a change that its claims do not know makes it outdated", () => {
    assert.equal(judged([{ kind: "changed", seq: 101 }]), "outdated");
    assert.equal(judged([{ kind: "changed", seq: 100 }]), false);
    assert.equal(judged([{ kind: "changed", target: "user-2" }]), false);
    assert.equal(judged([{ kind: "changed", seq: 101 }], { pos: 101 }), false);
    const session = { kind: "changed", scope: "session", target: "session-1" } as const;
    assert.equal(judged([session]), "outdated");
    assert.equal(judged([session, { seq: 300, except: "session-1" }]), "outdated");
    assert.equal(judged([session, { seq: 300 }]), true);
  });

  test("without places in the log, or with some that are none, it is older than everything", () => {
    for (const mark of [undefined, null, "300", 300.5, Number.NaN]) {
      assert.equal(judged([{}], { mark }), true);
      assert.equal(judged([{ kind: "changed" }], { pos: mark }), "outdated");
      assert.equal(judged([], { mark, pos: mark }), false);
    }
  });

  test("without a session it is its user's; a tenant that is no text is none", () => {
    for (const sid of [undefined, null, 5]) assert.equal(judged([{}], { sid }), true);
    assert.equal(judged([ends["its tenant"] ?? {}], { tenant_id: 5 }), false);
  });
});

describe("the log that says what becomes of a token", () => {
  test("is the one that the issuer looks into, for every session and every user", async () => {
    for (const partitions of [1, 2, 16, 256]) {
      for (let nth = 0; nth < 100; nth += 1) {
        const partition = nth % partitions;
        const sid = newSessionId(partition, partitions, randomBytes);
        assert.equal(partitionOfToken({ ...token, sid }, partitions), partition);
        const { sid: _, ...withoutSession } = { ...token, sub: `Üser ${nth}` };
        const ofUser = await partitionOfToken(withoutSession, partitions);
        assert.equal(ofUser, partitionOfUser(withoutSession.sub, partitions));
      }
      for (const sid of ["", "no id", "a".repeat(22), "a".repeat(23), `${"a".repeat(21)}=`]) {
        const ofIssuer = partitionOfSession(sid, partitions);
        assert.equal(partitionOfToken({ ...token, sid }, partitions), ofIssuer, sid);
      }
    }
  });
});
