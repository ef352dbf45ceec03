import { script, type Script } from "../script.ts";
import { changes, logging, prelude, rows, sessions } from "./prelude.ts";

/** KEYS: the session. The packed session unless it has ended, judged by the watermarks. */
export const findScript: Script = script(prelude, sessions, String.raw`return live(KEYS[10])`);

/**
 * KEYS: session, data, then session and data of the replaced one. ARGV: logging; `insert` or `peek`, which only says
 * whether it would be refused; id, packed session, time to live, id of the replaced one, what to log of it, then names
 * and values of data.
 */
export const insertScript: Script = script(
  prelude,
  sessions,
  rows,
  logging,
  changes,
  String.raw`
local session, data, old_session, old_data = KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local id, text, ttl, old_id, told = ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9], ARGV[10]
local by, revoked_at = ending_of(text)
if by then return { 'superseded', whole(by), revoked_at } end
local user = owners_of(text)
local change = user and newest_cut_of_change(mark_of(text), user)
if change then return { 'superseded', whole(change), whole(math.floor(change / 1000)) } end
local present = redis.call('GET', session)
if present and not ending_of(present) then return { 'duplicate' } end
if ARGV[5] == 'peek' then return { 'inserted' } end
local old = old_session and live(old_session)
-- First, and allowed only where there is memory.
redis.call('SET', session, text, 'PX', whole(ttl))
redis.call('DEL', data)
redis.call('RPUSH', ids, id)
local before = present and owners_of(present)
if before then redis.call('HDEL', base .. 'u' .. before, id) end
if user then
  redis.call('HSET', base .. 'u' .. user, id, '')
  outlive(user, ttl)
end
for i = 11, #ARGV, 2 do redis.call('HSET', data, ARGV[i], ARGV[i + 1]) end
local entry
if old then
  if not owners_of(old) and redis.call('EXISTS', old_data) == 1 then redis.call('RENAME', old_data, data) end
  remove(old_id, old)
  entry = append(told)
end
redis.call('PEXPIRE', data, whole(ttl))
return { 'inserted', entry }`,
);

/** KEYS: session, data. ARGV: logging; id, what to log. Ends a session and answers the entry, and the data of a guest. */
export const closeScript: Script = script(
  prelude,
  sessions,
  rows,
  logging,
  String.raw`
local text = live(KEYS[10])
if not text then return nil end
local data = owners_of(text) and {} or redis.call('HGETALL', KEYS[11])
remove(ARGV[5], text)
return { append(ARGV[6]), data }`,
);

/** KEYS: sessions. ARGV: of each, lastSeenAt and purgeAt as packed, and the time to live. */
export const touchScript: Script = script(
  prelude,
  sessions,
  rows,
  String.raw`
for i = 10, #KEYS do
  local at = 3 * (i - 10)
  local text = redis.call('GET', KEYS[i])
  if text then see(KEYS[i], text, ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])) end
end`,
);

/** KEYS: session. ARGV: the lineage that it must have, the one that follows, lastSeenAt and purgeAt as packed, the time to live. */
export const promoteScript: Script = script(
  prelude,
  sessions,
  rows,
  String.raw`
local text = live(KEYS[10])
if not text then return 'ended' end
if lineage_of(text) ~= ARGV[1] then return 'superseded' end
may_write_when_full()
see(KEYS[10], text, ARGV[3], ARGV[4], tonumber(ARGV[5]))
redis.call('SETRANGE', KEYS[10], 80, ARGV[2])
return 'promoted'`,
);

/** KEYS: the index of the user. The user's live sessions: id, packed session, and so on. */
export const listScript: Script = script(
  prelude,
  sessions,
  String.raw`
local found = {}
for _, id in ipairs(redis.call('HKEYS', KEYS[10])) do
  local text = redis.call('GET', base .. 's' .. id)
  if not text then
    redis.call('HDEL', KEYS[10], id)
  elseif not ending_of(text) then
    found[#found + 1] = id
    found[#found + 1] = text
  end
end
return found`,
);

/** KEYS: session. ARGV: logging; claims, what to log, the place that the caller knew, id, and 1 if there need not be a record. */
export const replaceClaimsScript: Script = script(
  prelude,
  sessions,
  logging,
  changes,
  String.raw`
local text = live(KEYS[10])
if not text and ARGV[9] ~= '1' then return { 'ended' } end
local by = last_change(ARGV[7], text and owners_of(text), { [ARGV[8]] = true })
if by then return { 'superseded', by } end
if not text then return { 'replaced', false, (append(ARGV[6])) } end
text = string.match(text, '^.*\n') .. ARGV[5]
redis.call('SET', KEYS[10], text, 'KEEPTTL')
return { 'replaced', text, (append(ARGV[6])) }`,
);

/** KEYS: the index of the user. ARGV: logging; claims, what to log, the place that the caller knew, user. */
export const replaceClaimsOfScript: Script = script(
  prelude,
  sessions,
  logging,
  changes,
  String.raw`
local theirs, known = redis.call('HKEYS', KEYS[10]), {}
for _, id in ipairs(theirs) do known[id] = true end
local by = last_change(ARGV[7], ARGV[8], known)
if by then return { 'superseded', by } end
local replaced = 0
for _, id in ipairs(theirs) do
  local text = live(base .. 's' .. id)
  if text then
    redis.call('SET', base .. 's' .. id, string.match(text, '^.*\n') .. ARGV[5], 'KEEPTTL')
    replaced = replaced + 1
  end
end
return { 'replaced', replaced, (append(ARGV[6])) }`,
);

/** KEYS: session, data. Names and values, and under the empty name how many bytes they take. */
export const readDataScript: Script = script(
  prelude,
  sessions,
  String.raw`
if not live(KEYS[10]) then return nil end
return redis.call('HGETALL', KEYS[11])`,
);

/** KEYS: session, data. ARGV: name, its bytes, `is`, `absent` or `any`, the value before, `set` or `delete`, the value, the limit. */
export const writeDataScript: Script = script(
  prelude,
  sessions,
  String.raw`
local session, data = KEYS[10], KEYS[11]
local name, name_bytes, expected, from, act, to, limit = unpack(ARGV, 1, 7)
if not live(session) then return 'ended' end
local value = redis.call('HGET', data, name)
if expected == 'absent' and value then return 'conflict' end
if expected == 'is' and value ~= from then return 'conflict' end
local total = tonumber(redis.call('HGET', data, '') or '0')
if value then total = total - name_bytes - #value end
if act == 'delete' then
  if not value then return 'written' end
  redis.call('HDEL', data, name)
  if total == 0 then redis.call('DEL', data) else redis.call('HSET', data, '', whole(total)) end
  return 'written'
end
total = total + name_bytes + #to
if total > tonumber(limit) then return 'too_large' end
redis.call('HSET', data, name, to, '', whole(total))
redis.call('PEXPIRE', data, redis.call('PTTL', session))
return 'written'`,
);

/**
 * ARGV: now, how many. Looks at so many of the partition's ids, those that waited longest, and removes the sessions that
 * are due or were ended. Answers how many were due, how many ended, how many ids there are, how many are still to be swept.
 */
export const sweepScript: Script = script(
  prelude,
  sessions,
  rows,
  String.raw`
local now = tonumber(ARGV[1])
local batch = redis.call('LRANGE', ids, 0, ARGV[2] - 1)
local due, ended, kept = 0, 0, {}
if #batch > 0 then redis.call('LTRIM', ids, #batch, -1) end
for _, id in ipairs(batch) do
  local text = redis.call('GET', base .. 's' .. id)
  if text then
    if ending_of(text) then
      remove(id, text)
      ended = ended + 1
    elseif purge_at_of(text) <= now then
      remove(id, text)
      due = due + 1
    else
      kept[#kept + 1] = id
    end
  end
end
if #kept > 0 then redis.call('RPUSH', ids, unpack(kept)) end
local left = tonumber(redis.call('HGET', head, 'sweep') or '0')
if left > #batch then
  left = left - #batch
  redis.call('HSET', head, 'sweep', left)
elseif left > 0 then
  left = 0
  redis.call('HDEL', head, 'sweep')
  redis.call('DEL', sweep)
end
return { due, ended, redis.call('LLEN', ids), left }`,
);
