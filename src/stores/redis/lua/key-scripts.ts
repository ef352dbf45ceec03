import { script, type Script } from "../script.ts";
import { logging, prelude } from "./prelude.ts";

/** KEYS: the ring. ARGV: logging; the version that it must have, then its new one, the ring, and what to log. */
export const writeRingScript: Script = script(
  prelude,
  logging,
  String.raw`
local ring = KEYS[10]
if (redis.call('HGET', ring, 'version') or '0') ~= ARGV[5] then return { 'conflict' } end
may_write_when_full()
redis.call('HSET', ring, 'version', ARGV[6], 'sealed', ARGV[7])
return { 'written', (append(ARGV[8])) }`,
);
