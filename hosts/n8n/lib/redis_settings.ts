// The queue's Redis as n8n's own settings describe it: the run store reaches whatever n8n reaches. Names and defaults are those
// of n8n 1 and 2 together.
import fs from 'node:fs';

import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';

import { storeName } from '../nodes/facts';

export interface RedisSettings {
    options: RedisOptions;
    /** Empty: one server, named by the options. */
    clusterNodes: ClusterNode[];
    clusterOptions: ClusterOptions;
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

const isTrue = (text: string | undefined) => ['true', '1'].includes(text?.toLowerCase() ?? '');
const isFalse = (text: string | undefined) => ['false', '0'].includes(text?.toLowerCase() ?? '');

function clusterNodes(text: string | undefined): ClusterNode[] {
    return (text ?? '')
        .split(',')
        .map((node) => node.trim())
        .filter((node) => node !== '')
        .map((node) => {
            const colon = node.lastIndexOf(':');
            return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
        });
}

/** The server has become a replica: connect again, which leads to the new master, and send the command again. */
const afterFailover = (error: Error) => (error.message.includes('READONLY') ? 2 : false);

const retryStrategy = (attempt: number) => Math.min(100 * attempt, 1000);

export function redisSettings(environment: Environment = process.env): RedisSettings {
    const of = (name: string) => setting(environment, `QUEUE_BULL_REDIS_${name}`);
    const milliseconds = (name: string, otherwise: number) => Number(of(name) ?? otherwise);
    const options: RedisOptions = {
        host: of('HOST') ?? 'localhost',
        port: Number(of('PORT') ?? 6379),
        db: Number(of('DB') ?? 0),
        username: of('USERNAME'),
        password: of('PASSWORD'),
        family: isTrue(of('DUALSTACK')) ? 0 : undefined,
        tls: isTrue(of('TLS'))
            ? { servername: of('TLS_SERVERNAME'), rejectUnauthorized: !isFalse(of('TLS_VALIDATE_CERTIFICATE')) }
            : undefined,
        keepAlive: isTrue(of('KEEP_ALIVE')) ? milliseconds('KEEP_ALIVE_DELAY', 5000) : undefined,
        reconnectOnError: isFalse(of('RECONNECT_ON_FAILOVER')) ? undefined : afterFailover,
        // A restart of Redis must not fail what runs: commands wait for it. The scripts may be sent twice.
        maxRetriesPerRequest: null,
        retryStrategy,
        enableAutoPipelining: true,
    };
    return {
        options,
        clusterNodes: clusterNodes(of('CLUSTER_NODES')),
        clusterOptions: {
            redisOptions: options,
            clusterRetryStrategy: retryStrategy,
            slotsRefreshTimeout: milliseconds('SLOT_REFRESH_TIMEOUT', 1000),
            slotsRefreshInterval: milliseconds('SLOT_REFRESH_INTERVAL', 5000),
            // For services whose certificate names the nodes: an address would not match it.
            ...(of('DNS_LOOKUP_STRATEGY') === 'NONE' && { dnsLookup: (address, found) => found(null, address) }),
        },
        prefix: `${environment.QUEUE_BULL_PREFIX || 'bull'}:${storeName}`,
    };
}
