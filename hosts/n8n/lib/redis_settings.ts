// The queue's Redis, as n8n's own settings name it: what n8n reaches, the runs' store reaches too.
import fs from 'node:fs';

import type { RedisOptions } from 'ioredis';

export interface RedisSettings {
    options: RedisOptions;
    /** Empty: one server, named by the options. */
    clusterNodes: { host: string; port: number }[];
    /** In front of every key. */
    prefix: string;
}

type Environment = NodeJS.ProcessEnv;

/** As n8n reads its settings: NAME, or the content of the file that NAME_FILE names. */
function setting(environment: Environment, name: string): string | undefined {
    const file = environment[`${name}_FILE`];
    if (environment[name] === undefined && file) {
        return fs.readFileSync(file, 'utf8').trim();
    }
    return environment[name] || undefined;
}

const isTrue = (text: string | undefined) => text === 'true' || text === '1';

function clusterNodes(text: string | undefined) {
    return (text ?? '')
        .split(',')
        .map((node) => node.trim())
        .filter((node) => node !== '')
        .map((node) => {
            const colon = node.lastIndexOf(':');
            return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
        });
}

export function redisSettings(environment: Environment = process.env): RedisSettings {
    const of = (name: string) => setting(environment, `QUEUE_BULL_REDIS_${name}`);
    const options: RedisOptions = {
        host: of('HOST') ?? 'localhost',
        port: Number(of('PORT') ?? 6379),
        db: Number(of('DB') ?? 0),
        username: of('USERNAME'),
        password: of('PASSWORD'),
        family: isTrue(of('DUALSTACK')) ? 0 : undefined,
        tls: isTrue(of('TLS')) ? {} : undefined,
        // A restart of Redis must not fail what runs: commands wait for it. The scripts may be sent twice.
        maxRetriesPerRequest: null,
        retryStrategy: (attempt) => Math.min(100 * attempt, 1000),
        enableAutoPipelining: true,
    };
    return {
        options,
        clusterNodes: clusterNodes(of('CLUSTER_NODES')),
        prefix: `${environment.QUEUE_BULL_PREFIX || 'bull'}:image-to-video`,
    };
}
