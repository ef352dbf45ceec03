import { script, type Script } from "../script.ts";
import { logging, prelude, rows, sessions, watermarks } from "./prelude.ts";

/**
 * KEYS: session. ARGV: logging; id, what to log, then conditions by name: `user` or `lineage` that it must be of, and
 * `unrecorded` where it need not be there.
 */
export const revokeSessionScript: Script = script(
  prelude,
  sessions,
  rows,
  logging,
  String.raw`
local only = {}
for i = 7, #ARGV, 2 do only[ARGV[i]] = ARGV[i + 1] end
local text = live(KEYS[10])
if not text and not only.unrecorded then return { 'absent' } end
if text then
  if only.user and owners_of(text) ~= only.user then return { 'absent' } end
  if only.lineage and lineage_of(text) ~= only.lineage then return { 'absent' } end
  remove(ARGV[5], text)
end
may_write_when_full()
return { 'revoked', text and 1 or 0, (append(ARGV[6])) }`,
);

/**
 * KEYS: the index of the user. ARGV: logging; user, what to log, until when the watermark stays, then the id of the
 * session that goes on, its new secret hash or nothing, and 1 if it need not have a record.
 */
export const revokeUserScript: Script = script(
  prelude,
  sessions,
  rows,
  logging,
  watermarks,
  String.raw`
local index, user, kept_id = KEYS[10], ARGV[5], ARGV[8]
local secret, unrecorded = ARGV[9], ARGV[10] == '1'
local kept = kept_id and base .. 's' .. kept_id
if kept then
  local text = live(kept)
  if not text or owners_of(text) ~= user then
    if not unrecorded then return { 'except_ended' } end
    kept = nil
  end
end
may_write_when_full()
local ended = 0
for _, id in ipairs(redis.call('HKEYS', index)) do
  if id ~= kept_id then
    if live(base .. 's' .. id) then ended = ended + 1 end
    redis.call('DEL', base .. 's' .. id, base .. 'd' .. id)
    redis.call('HDEL', index, id)
  end
end
local entry, seq = append(ARGV[6])
raise_mark('u:' .. user, seq, ARGV[3], tonumber(ARGV[7]))
if kept then
  redis.call('SETRANGE', kept, 43, packed(seq))
  if secret ~= '' then redis.call('SETRANGE', kept, 0, secret) end
end
return { 'revoked', ended, entry }`,
);

/** ARGV: logging; the watermark's name, what to log, until when it stays. Of a tenant, or of all. */
export const revokeManyScript: Script = script(
  prelude,
  logging,
  watermarks,
  String.raw`
may_write_when_full()
local entry, seq = append(ARGV[6])
raise_mark(ARGV[5], seq, ARGV[3], tonumber(ARGV[7]))
start_sweep(seq)
return { 'revoked', 0, entry }`,
);

/** ARGV: process id, cursor seq and entry id (or empty texts), liveForMs, keepForMs, now. */
export const syncScript: Script = script(
  prelude,
  logging,
  String.raw`
may_write_when_full()
local now, keep = tonumber(ARGV[6]), tonumber(ARGV[5])
local seq = tonumber(ARGV[2])
if seq then raise_head(seq) end
if keep >= longest_keep(now) then
  redis.call('HSET', head, 'keep', exact(keep), 'keep-until', exact(now + keep))
end
local outcome, from = 'afresh', '-inf'
local pruned_to = tonumber(redis.call('HGET', head, 'pruned-to') or '0')
if seq and seq >= pruned_to then
  -- By its place and its id: an entry that was lost and written back stands elsewhere, and others may stand between.
  local held = redis.call('ZRANGEBYSCORE', log, whole(seq), whole(seq))[1]
  if (held and string.match(held, '^%S+ %S+ %S+ (%S+)') == ARGV[3]) or seq == pruned_to then
    outcome, from = 'next', '(' .. whole(seq)
  else
    outcome = 'cut'
  end
end
-- Whose log was cut has read nothing of the one that there is now.
local acknowledged = outcome == 'cut' and 0 or seq or 0
redis.call('HSET', processes, ARGV[1], ARGV[1] .. ' ' .. whole(acknowledged) .. ' ' .. exact(now + tonumber(ARGV[4])) .. ' ' .. exact(keep) .. ' ' .. exact(now))
local time = redis.call('TIME')
return { outcome, time[1], time[2], redis.call('ZRANGEBYSCORE', log, from, '+inf') }`,
);

/** ARGV: channel, cursor seq, now, then of each entry: id, cut, keepUntil, what it says, scope, target, kind, except. */
export const restoreScript: Script = script(
  prelude,
  sessions,
  rows,
  logging,
  watermarks,
  String.raw`
may_write_when_full()
local now = tonumber(ARGV[3])
raise_head(tonumber(ARGV[2]))
local known = {}
for _, entry in ipairs(redis.call('ZRANGE', log, 0, -1)) do
  known[string.match(entry, '^%S+ %S+ %S+ (%S+)')] = true
end

local function end_again(id, cut)
  local text = redis.call('GET', base .. 's' .. id)
  if text and mark_of(text) < cut then remove(id, text) end
end

for i = 4, #ARGV, 8 do
  local id, cut, keep_until = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if not known[id] and keep_until > now then
    known[id] = true
    write_entry(next_seq(now), id, cut, keep_until, ARGV[i + 3])
    local scope, target, except = ARGV[i + 4], ARGV[i + 5], ARGV[i + 7]
    if ARGV[i + 6] == 'revoked' then
      if scope == 'session' then end_again(target, cut) end
      if scope == 'user' then
        for _, session in ipairs(redis.call('HKEYS', base .. 'u' .. target)) do
          if session ~= except then end_again(session, cut) end
        end
        local kept = except ~= '' and redis.call('GET', base .. 's' .. except)
        if kept and owners_of(kept) == target and mark_of(kept) < cut then
          redis.call('SETRANGE', base .. 's' .. except, 43, packed(cut))
        end
      end
      local field = ({ user = 'u:' .. target, tenant = 't:' .. target, all = 'a' })[scope]
      if field then raise_mark(field, cut, whole(math.floor(cut / 1000)), keep_until) end
      if field and scope ~= 'user' then start_sweep(cut) end
    end
  end
end`,
);

/** ARGV: process id. */
export const leaveScript: Script = script(
  prelude,
  String.raw`
local row = redis.call('HGET', processes, ARGV[1])
if not row then return end
local id, acknowledged, rest = string.match(row, '^(%S+) (%S+) %S+ (.*)$')
redis.call('HSET', processes, ARGV[1], id .. ' ' .. acknowledged .. ' 0 ' .. rest)`,
);

/**
 * ARGV: now. Forgets what nobody can need, at most 500 of each kind. Answers whether there may be more, and whether
 * watermarks wait for the sessions that they ended to be removed: forgotten before, they would let them live again.
 */
export const pruneScript: Script = script(
  prelude,
  String.raw`
local now = ARGV[1]
local pruned_to = tonumber(redis.call('HGET', head, 'pruned-to') or '0')
local entries = redis.call('ZRANGEBYSCORE', log_due, '-inf', now, 'LIMIT', 0, 500)
for _, seq in ipairs(entries) do
  redis.call('ZREM', log_due, seq)
  redis.call('ZREMRANGEBYSCORE', log, seq, seq)
  pruned_to = math.max(pruned_to, tonumber(seq))
end
if #entries > 0 then redis.call('HSET', head, 'pruned-to', whole(pruned_to)) end

for _, row in ipairs(redis.call('HVALS', processes)) do
  local id, live_until, keep, seen = string.match(row, '^(%S+) %S+ (%S+) (%S+) (%S+)$')
  if tonumber(live_until) <= tonumber(now) and seen + keep <= tonumber(now) then
    redis.call('HDEL', processes, id)
    redis.call('HDEL', head, 'keep', 'keep-until')
  end
end

local sweeping = redis.call('EXISTS', sweep) == 1
local waiting = 0
local fields = redis.call('ZRANGEBYSCORE', marks_due, '-inf', now, 'LIMIT', 0, 500)
for _, field in ipairs(fields) do
  if sweeping and string.sub(field, 1, 2) ~= 'u:' then
    waiting = 1
  else
    redis.call('HDEL', marks, field)
    redis.call('ZREM', marks_due, field)
  end
end
local more = #entries == 500 or (#fields == 500 and waiting == 0)
return { more and 1 or 0, waiting }`,
);
