// Debian's own Redis, on free ports and in a folder of the test: one server, with TLS or without, or a cluster.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { Child, freePort } from '../../support/child.js';
import { until } from '../../support/waiting.js';

const password = 'of-the-tests';

/** A certificate for 127.0.0.1 that is its own authority. */
function makeCertificate(directory) {
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(directory, name));
    const names = ['-subj', '/CN=redis of the tests', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
    return { key, certificate };
}

export class RedisServer {
    /** With `tls`, it takes nothing else. */
    constructor(directory, { name = 'redis', tls = false, settings = [] } = {}) {
        this.directory = path.join(directory, name);
        this.tls = tls;
        this.given = settings;
    }

    async start() {
        fs.mkdirSync(this.directory, { recursive: true });
        this.port ??= await freePort();
        if (this.tls) {
            this.certificate ??= makeCertificate(this.directory);
        }
        const ports = this.tls
            ? ['port 0', `tls-port ${this.port}`, 'tls-auth-clients no', `tls-cert-file ${this.certificate.certificate}`,
                `tls-key-file ${this.certificate.key}`]
            : [`port ${this.port}`];
        const common = ['bind 127.0.0.1', `dir ${this.directory}`, 'appendonly yes', 'save ""'];
        const file = path.join(this.directory, 'redis.conf');
        const lines = [...ports, ...common, `requirepass ${password}`, ...this.given];
        fs.writeFileSync(file, [...lines, ''].join('\n'), { mode: 0o600 });
        this.child = new Child('redis-server', [file]);
        await this.child.says(/Ready to accept connections/, 'Redis');
        return this;
    }

    get environment() {
        return {
            EXECUTIONS_MODE: 'queue',
            QUEUE_BULL_REDIS_HOST: '127.0.0.1',
            QUEUE_BULL_REDIS_PORT: String(this.port),
            QUEUE_BULL_REDIS_PASSWORD: password,
            ...(this.tls && { QUEUE_BULL_REDIS_TLS: 'true', NODE_EXTRA_CA_CERTS: this.certificate.certificate }),
        };
    }

    command(...words) {
        const connection = ['-h', '127.0.0.1', '-p', String(this.port), '--no-auth-warning'];
        const environment = { ...process.env, REDISCLI_AUTH: password };
        return execFileSync('redis-cli', [...connection, ...words.map(String)], { encoding: 'utf8', env: environment });
    }

    async end(signal = 'SIGTERM') {
        await this.child?.end(signal);
    }
}

const slots = 16384;

/** Three masters that share the slots. */
export class RedisCluster {
    servers = [];

    constructor(directory) {
        this.directory = directory;
    }

    async start() {
        const share = Math.ceil(slots / 3);
        for (let at = 0; at < 3; at += 1) {
            const busPort = await freePort();
            const settings = ['cluster-enabled yes', `cluster-port ${busPort}`];
            const server = await new RedisServer(this.directory, { name: `redis-${at + 1}`, settings }).start();
            server.command('cluster', 'addslotsrange', at * share, Math.min((at + 1) * share, slots) - 1);
            this.servers.push(server);
            if (at > 0) {
                this.servers[0].command('cluster', 'meet', '127.0.0.1', server.port, busPort);
            }
        }
        await until('the cluster to be whole', () =>
            this.servers.every((server) => /cluster_state:ok[^]*cluster_known_nodes:3/.test(server.command('cluster', 'info'))),
        );
        return this;
    }

    get environment() {
        return {
            ...this.servers[0].environment,
            QUEUE_BULL_REDIS_CLUSTER_NODES: this.servers.map(({ port }) => `127.0.0.1:${port}`).join(','),
        };
    }

    async end() {
        await Promise.all(this.servers.map((server) => server.end()));
    }
}
