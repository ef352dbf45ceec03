import { script, type Script } from "../script.ts";

/** KEYS: the set. ARGV: key, burst, refillMs, now. The generic cell rate algorithm, as in `gcra.ts`. */
export const takeScript: Script = script(String.raw`
local burst, refill, now = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local unused_at = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or ARGV[4])
local after = math.max(unused_at, now) + refill
local retry_at = after - burst * refill
if retry_at > now then return { 'exhausted', string.format('%.17g', retry_at) } end
redis.call('ZADD', KEYS[1], string.format('%.17g', after), ARGV[1])
return { 'taken' }`);

/** KEYS: the set. ARGV: key, refillMs. */
export const refundScript: Script = script(String.raw`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('ZINCRBY', KEYS[1], -ARGV[2], ARGV[1]) end`);
