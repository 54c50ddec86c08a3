// Runs in the queue's Redis, which every worker can reach. A claim is a lease: it expires when its process dies or freezes,
// and from then on that process's writes are refused, so that it does not submit.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import Redis, { Cluster } from 'ioredis';

import type { Checkpoint } from '../native/addon';
import { digestOf } from '../native/durable/durable_folder';

import * as scripts from './redis_scripts';
import type { RedisSettings } from './redis_settings';
import { ClaimLost, readRecord, type Claim, type RunRecord, type RunStore } from './run_store';

/** Longer than a pause of a busy process, shorter than it takes n8n to give an execution to another worker. */
export const leaseMs = 10_000;
const renewEveryMs = leaseMs / 4;
/** How often a waiting claim checks whether the run has been released early. */
const longestWaitMs = 1000;

type Argument = string | number;
interface Commands {
    claimRun(key: string, ...rest: Argument[]): Promise<[1, 0, ...(string | null)[]] | [0, number]>;
    renewRun(key: string, ...rest: Argument[]): Promise<0 | 1 | 2>;
    keepRun(key: string, ...rest: Argument[]): Promise<0 | 1>;
    releaseRun(key: string, ...rest: Argument[]): Promise<0 | 1>;
    addToList(key: string, ...rest: Argument[]): Promise<null>;
}
type Client = (Redis | Cluster) & Commands;

function connect({ options, clusterNodes, clusterOptions }: RedisSettings): Client {
    const client = clusterNodes.length > 0 ? new Cluster(clusterNodes, clusterOptions) : new Redis(options);
    client.on('error', () => {}); // it reconnects by itself; callers have their own time limits
    for (const [name, lua] of Object.entries(scripts)) {
        client.defineCommand(name, { numberOfKeys: 1, lua });
    }
    return client as Client;
}

interface Fields {
    record: string;
    checkpoint: string;
    job: string;
}

const nothing: Fields = { record: '', checkpoint: '', job: '' };

function fieldsOf(run: RunRecord | null): Fields {
    if (run === null) {
        return nothing;
    }
    const { checkpoint, jobId, ...record } = run;
    return {
        record: JSON.stringify(record),
        checkpoint: checkpoint === null ? '' : JSON.stringify(checkpoint),
        job: jobId ?? '',
    };
}

function recordOf({ record, checkpoint, job }: Fields): RunRecord | null {
    if (record === '') {
        return null;
    }
    return readRecord(record, {
        checkpoint: checkpoint === '' ? null : (JSON.parse(checkpoint) as Checkpoint),
        jobId: job === '' ? null : job,
    });
}

class RedisClaim implements Claim {
    lost = false;
    readonly record: RunRecord | null;
    #kept: Fields;
    #over = false;

    constructor(
        private readonly store: RedisStore,
        private readonly runKey: string,
        private readonly key: string,
        private readonly owner: string,
        fields: Fields,
    ) {
        this.#kept = fields;
        this.record = recordOf(fields);
    }

    #keep({ record, checkpoint, job }: Fields) {
        const { client, expiryMs } = this.store;
        const rest = [leaseMs, expiryMs, record, checkpoint, job, this.#kept.checkpoint];
        return client.keepRun(this.key, this.owner, ...rest);
    }

    async keep(run: RunRecord) {
        const fields = fieldsOf(run);
        if ((await this.#keep(fields)) === 0) {
            this.lost = true;
            throw new ClaimLost(this.runKey);
        }
        this.#kept = fields;
    }

    async renew() {
        const answer = await this.store.client.renewRun(this.key, this.owner, leaseMs, this.store.expiryMs);
        if (this.#over) {
            return;
        }
        this.lost = answer === 0;
        if (answer === 2 && this.#kept.record !== '') {
            await this.#keep(this.#kept);
        }
    }

    async release(run: RunRecord | null) {
        this.#over = true;
        this.store.forget(this);
        const { record, checkpoint, job } = fieldsOf(run);
        const { client, expiryMs } = this.store;
        const released = await client.releaseRun(this.key, this.owner, expiryMs, record, checkpoint, job);
        this.lost = released === 0;
    }
}

export class RedisStore implements RunStore {
    readonly client: Client;
    readonly #prefix: string;
    readonly #live = new Set<RedisClaim>();
    #timer: NodeJS.Timeout | undefined;

    constructor(
        settings: RedisSettings,
        readonly expiryMs: number,
    ) {
        this.client = connect(settings);
        this.#prefix = settings.prefix;
    }

    #key(kind: 'run' | 'name' | 'list', text: string) {
        return `${this.#prefix}:${kind}:${digestOf(text)}`;
    }

    async claim(runKey: string, signal?: AbortSignal): Promise<Claim> {
        const key = this.#key('run', runKey);
        const owner = randomUUID(); // per claim, not per process: a process may be given the same run again
        for (;;) {
            signal?.throwIfAborted();
            const [claimed, left, record, checkpoint, job] = await this.client.claimRun(key, owner, leaseMs, this.expiryMs);
            if (claimed === 1) {
                const fields = { record: record ?? '', checkpoint: checkpoint ?? '', job: job ?? '' };
                const claim = new RedisClaim(this, runKey, key, owner, fields);
                this.#remember(claim);
                return claim;
            }
            await pause(Math.min(left + 10, longestWaitMs), undefined, { signal });
        }
    }

    #remember(claim: RedisClaim) {
        this.#live.add(claim);
        this.#timer ??= setInterval(() => {
            for (const live of this.#live) {
                live.renew().catch(() => {}); // Redis is away: the next keep says whether the claim still holds
            }
        }, renewEveryMs).unref();
    }

    forget(claim: RedisClaim) {
        this.#live.delete(claim);
        if (this.#live.size === 0) {
            clearInterval(this.#timer);
            this.#timer = undefined;
        }
    }

    async find(runKey: string) {
        const key = this.#key('run', runKey);
        const [record, checkpoint, job] = await this.client.hmget(key, 'record', 'checkpoint', 'job');
        return recordOf({ record: record ?? '', checkpoint: checkpoint ?? '', job: job ?? '' });
    }

    async addName(name: string, runKey: string) {
        await this.client.set(this.#key('name', name), runKey, 'PX', this.expiryMs);
    }

    async findRunKey(name: string) {
        return await this.client.get(this.#key('name', name));
    }

    async addToList(list: string, runKey: string) {
        await this.client.addToList(this.#key('list', list), runKey, this.expiryMs);
    }

    async listed(list: string) {
        return await this.client.smembers(this.#key('list', list));
    }

    async close() {
        clearInterval(this.#timer);
        await this.client.quit();
    }
}
