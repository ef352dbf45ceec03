/*
 * What the scripts share. Each script is one of the store's atomic acts, on the keys of one partition: Redis runs nothing
 * else meanwhile. Their keys begin with `PartitionKeys.common`; the sessions of a user, which only the script itself can
 * know, are named by the same hash tag.
 *
 * Lua's numbers are doubles, exact up to 2^53, but `tostring` and `..` print 14 digits: only `whole` and `exact` make text
 * of a number. `redis.call` answers false for nothing.
 */

export const prelude: string = String.raw`
local head, log, log_due, marks, marks_due, processes, ids, sweep, scratch = unpack(KEYS, 1, 9)
local base = string.sub(head, 1, -6)

local function whole(n) return string.format('%.0f', n) end
local function exact(n) return string.format('%.17g', n) end

-- Redis out of memory refuses what may grow, unless the script has written before: so what must always work does this first.
local function may_write_when_full() redis.call('DEL', scratch) end
`;

/** Packed sessions, see `record.ts`: whose they are, and whether a watermark ended them. */
export const sessions: string = String.raw`
-- A whole number as nine characters of base 64, the digits being those from "0" on, in the order of their codes.
local function number_at(text, start)
  local a, b, c, d, e, f, g, h, i = string.byte(text, start, start + 8)
  local high = ((a - 48) * 64 + (b - 48)) * 4096 + (c - 48) * 64 + (d - 48)
  local low = ((e - 48) * 64 + (f - 48)) * 4096 + (g - 48) * 64 + (h - 48)
  return (high * 16777216 + low) * 64 + (i - 48)
end

local function packed(n)
  local digits = {}
  for i = 9, 1, -1 do
    digits[i] = string.char(48 + n % 64)
    n = math.floor(n / 64)
  end
  return table.concat(digits)
end

local function mark_of(text) return number_at(text, 44) end
local function last_seen_at_of(text) return number_at(text, 53) end
local function purge_at_of(text) return number_at(text, 62) end

-- The user and the tenant, or nil.
local function owners_of(text)
  local flags = string.byte(text, 80) - 64
  local start = flags >= 32 and 161 or 81
  local user_end = string.find(text, '\n', start, true)
  local user = flags % 16 < 8 and string.sub(text, start, user_end - 1) or nil
  if flags % 32 < 16 then return user end
  return user, string.sub(text, user_end + 1, string.find(text, '\n', user_end + 1, true) - 1)
end

-- The lineage, or nil.
local function lineage_of(text)
  return string.byte(text, 80) - 64 >= 32 and string.sub(text, 81, 160) or nil
end

-- The highest watermark above the session's mark, and when it was set; nil for a live one.
local function ending_of(text)
  local user, tenant = owners_of(text)
  local found = redis.call('HMGET', marks, 'a', user and 'u:' .. user or 'a', tenant and 't:' .. tenant or 'a')
  local highest, at = mark_of(text), nil
  for i = 1, 3 do
    if found[i] then
      local before, revoked_at = string.match(found[i], '^(%S+) (%S+)')
      if tonumber(before) > highest then highest, at = tonumber(before), revoked_at end
    end
  end
  if at then return highest, at end
end

-- The packed session, or nil when there is none or it has ended.
local function live(key)
  local text = redis.call('GET', key)
  if text and not ending_of(text) then return text end
end
`;

/** Removing sessions, and the times at which Redis drops them by itself. */
export const rows: string = String.raw`
local function remove(id, text)
  redis.call('DEL', base .. 's' .. id, base .. 'd' .. id)
  local user = owners_of(text)
  if user then redis.call('HDEL', base .. 'u' .. user, id) end
end

-- The index of a user lives as long as the longest of its sessions.
local function outlive(user, ttl)
  local key = base .. 'u' .. user
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, whole(ttl)) end
end

-- Notes that a session was seen, unless it was seen later. The times are packed.
local function see(key, text, last_seen_at, purge_at, ttl)
  if last_seen_at_of(text) > number_at(last_seen_at, 1) then return end
  -- First what needs no memory, then what only overwrites in place: sessions slide on when Redis is full.
  redis.call('PEXPIRE', key, whole(ttl))
  redis.call('PEXPIRE', base .. 'd' .. string.sub(key, #base + 2), whole(ttl))
  local user = owners_of(text)
  if user then outlive(user, ttl) end
  redis.call('SETRANGE', key, 52, last_seen_at .. purge_at)
end
`;

/** Logging an act: ARGV begins with channel, entry id, now, and how long to keep the entry at least. */
export const logging: string = String.raw`
local function next_seq(now)
  local seq = math.max(tonumber(redis.call('HGET', head, 'seq') or '0') + 1, math.floor(now * 1000))
  redis.call('HSET', head, 'seq', whole(seq))
  return seq
end

local function raise_head(seq)
  if seq > tonumber(redis.call('HGET', head, 'seq') or '0') then redis.call('HSET', head, 'seq', whole(seq)) end
end

-- What the processes ask for is known by heart until the one that asked for most may have stopped asking.
local function longest_keep(now)
  local known = redis.call('HMGET', head, 'keep', 'keep-until')
  if known[2] and tonumber(known[2]) > now then return tonumber(known[1]) end
  local longest, valid_until = 0, 0
  for _, row in ipairs(redis.call('HVALS', processes)) do
    local keep, seen = string.match(row, '^%S+ %S+ %S+ (%S+) (%S+)$')
    keep, seen = tonumber(keep), tonumber(seen)
    if seen + keep > now and keep > longest then longest, valid_until = keep, seen + keep end
  end
  redis.call('HSET', head, 'keep', exact(longest), 'keep-until', exact(valid_until))
  return longest
end

local function write_entry(seq, id, cut, keep_until, told)
  local entry = whole(seq) .. ' ' .. whole(cut) .. ' ' .. exact(keep_until) .. ' ' .. id .. ' ' .. told
  redis.call('ZADD', log, whole(seq), entry)
  redis.call('ZADD', log_due, exact(keep_until), whole(seq))
  -- Only a hint: an account that may not publish still revokes.
  redis.pcall('PUBLISH', ARGV[1], '')
  return entry
end

local function append(told)
  local now = tonumber(ARGV[3])
  local seq = next_seq(now)
  local keep_until = now + math.max(tonumber(ARGV[4]), longest_keep(now))
  return write_entry(seq, ARGV[2], seq, keep_until, told), seq
end
`;

/** What the log says of claims. Whoever follows it knows all but its last moments, so few entries are looked at. */
export const changes: string = String.raw`
-- The newest change after this place that names the user or one of the sessions, as text, or nil. By cjson only where the
-- word stands, because most entries are revocations.
local function last_change(after, user, session_ids)
  local found
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. after, '+inf')) do
    local seq, told = string.match(entry, '^(%S+) %S+ %S+ %S+ (.*)$')
    if string.find(told, '"changed"', 1, true) then
      local scope, target, kind = unpack(cjson.decode(told), 1, 3)
      local named = (scope == 'user' and target == user) or (scope == 'session' and session_ids[target])
      if kind == 'changed' and named then found = seq end
    end
  end
  return found
end

-- The highest cut above this mark of what changed the user's claims, or nil. By the cut, because a change that was written
-- back came before whoever signed in after the first copy.
local function newest_cut_of_change(mark, user)
  local newest = mark
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(mark), '+inf')) do
    local cut, told = string.match(entry, '^%S+ (%S+) %S+ %S+ (.*)$')
    if tonumber(cut) > newest and string.find(told, '"changed"', 1, true) then
      local scope, target, kind = unpack(cjson.decode(told), 1, 3)
      if kind == 'changed' and scope == 'user' and target == user then newest = tonumber(cut) end
    end
  end
  if newest > mark then return newest end
end
`;

/** Watermarks, and the slow removal of what a tenant's or everybody's ended. */
export const watermarks: string = String.raw`
local function raise_mark(field, before, revoked_at, keep_until)
  local old = redis.call('HGET', marks, field)
  if old then
    local old_before, old_at, old_until = string.match(old, '^(%S+) (%S+) (%S+)$')
    if tonumber(old_before) > before then before, revoked_at = tonumber(old_before), old_at end
    keep_until = math.max(keep_until, tonumber(old_until))
  end
  redis.call('HSET', marks, field, whole(before) .. ' ' .. revoked_at .. ' ' .. exact(keep_until))
  redis.call('ZADD', marks_due, exact(keep_until), field)
end

-- Every session that there is now stands among so many of the list; until they were looked at, find asks the watermarks.
local function start_sweep(before)
  local left = redis.call('LLEN', ids)
  if left == 0 then return end
  redis.call('HSET', head, 'sweep', left)
  redis.call('SET', sweep, whole(math.max(before, tonumber(redis.call('GET', sweep) or '0'))))
end
`;
