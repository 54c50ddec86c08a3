// Each change in Redis is atomic, in one of these scripts. A run is one hash: its record, checkpoint and job ('' for none),
// and while it is claimed, the owner and the end of the lease. A script that one owner sends twice has no further effect.

/** Sets `now`, by the clock of Redis: the workers' clocks may differ. */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** ARGV: owner, lease ms, expiry ms. Returns {1, 0, record, checkpoint, job} or {0, ms until the lease ends}. */
export const claimRun = `${now}
local run = redis.call('HMGET', KEYS[1], 'owner', 'until', 'record', 'checkpoint', 'job')
if run[1] and run[1] ~= ARGV[1] and tonumber(run[2]) > now then
    return {0, tonumber(run[2]) - now}
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1, 0, run[3], run[4], run[5]}
`;

/**
 * ARGV: owner, lease ms, expiry ms. Returns 1: renewed; 0: another owner has or had the run; 2: Redis has lost the run,
 * and it is the caller's again, without its record.
 */
export const renewRun = `${now}
local missing = redis.call('EXISTS', KEYS[1]) == 0
if not missing and redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
    return 0
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return missing and 2 or 1
`;

/**
 * ARGV: owner, lease ms, expiry ms, record, checkpoint, job, the checkpoint that the caller kept before.
 * Returns 1: kept; 0: refused, because another owner has or had the run. To name the job of a submit that was kept before
 * is no act but knowledge: it is kept for the new owner, unless that has gone on from there.
 */
export const keepRun = `${now}
local run = redis.call('HMGET', KEYS[1], 'owner', 'checkpoint', 'job')
if run[1] ~= ARGV[1] and redis.call('EXISTS', KEYS[1]) == 1 then
    if ARGV[6] ~= '' and run[3] == '' and run[2] == ARGV[7] then
        redis.call('HSET', KEYS[1], 'checkpoint', ARGV[5], 'job', ARGV[6])
    end
    return 0
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', now + ARGV[2], 'record', ARGV[4], 'checkpoint', ARGV[5], 'job', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`;

/** ARGV: run key, expiry ms. */
export const addToList = `
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * ARGV: owner, expiry ms, record, checkpoint, job; an empty record: nothing is to stay. Returns 1, or 0 when another
 * owner has or had the run.
 */
export const releaseRun = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
    return 0
end
if ARGV[3] == '' then
    redis.call('DEL', KEYS[1])
else
    redis.call('HDEL', KEYS[1], 'owner', 'until')
    redis.call('HSET', KEYS[1], 'record', ARGV[3], 'checkpoint', ARGV[4], 'job', ARGV[5])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
`;
