// n8n as an operator runs it: one process, or a main and workers with Redis and PostgreSQL.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Child, freePort } from '../../support/child.js';
import { until } from '../../support/waiting.js';

import { installPackage, n8nDirectory, temporaryDirectory } from './places.mjs';
import { Postgres } from './postgres.mjs';
import { RedisServer } from './redis.mjs';

/**
 * Short locks, so that a dead worker is noticed in seconds. The queue may hand an execution on to a worker that is frozen: what
 * that asked for before, 5 s for each execution it could take, is still answered. So n8n hands it on more than once.
 */
export const shortLocks = {
    QUEUE_WORKER_LOCK_DURATION: '6000',
    QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
    QUEUE_WORKER_STALLED_INTERVAL: '3000',
    QUEUE_WORKER_MAX_STALLED_COUNT: '10',
};

const calledTriggers = new Set(['webhook', 'formTrigger', 'telegramTrigger'].map((type) => `n8n-nodes-base.${type}`));
const owner = { email: 'owner@example.com', firstName: 'Test', lastName: 'Owner', password: 'Test-password-1' };

/** A worker says in its log which executions it has begun and ended. */
class Worker extends Child {
    #says(what, id) {
        return new RegExp(`${what} execution ${id} `, 'i').test(this.output);
    }

    hasStarted(id) {
        return this.#says('started', id);
    }

    hasFinished(id) {
        return this.#says('finished', id);
    }
}

export class N8n {
    workers = [];
    #cookie = '';
    #folders = 0;
    #workflowIds = new Map(); // by the name, which is the webhook's too
    #seen = new Set(); // ids of executions that trigger has returned

    /**
     * `environment` goes to every process; with `queue`, executions go to workers; `redis` makes their Redis in a folder; `install`
     * puts the package into a process's user folder; `node` is the program instead of the Node.js of that n8n.
     */
    constructor({
        major = 1, queue = true, redis = (directory) => new RedisServer(directory), environment = {}, install = installPackage,
        node, bootMs = 120_000,
    } = {}) {
        this.major = major;
        this.queue = queue;
        this.directory = temporaryDirectory();
        this.redis = queue ? redis(this.directory) : undefined;
        this.installed = n8nDirectory(major);
        this.node = node ?? path.join(this.installed, 'node_modules', { 1: 'node-20', 2: 'node-24' }[major], 'bin', 'node');
        this.bootMs = bootMs;
        this.program = path.join(this.installed, 'node_modules', 'n8n', 'bin', 'n8n');
        this.require = createRequire(path.join(this.installed, 'node_modules', 'n8n', 'package.json'));
        this.given = environment;
        this.install = install;
    }

    async start({ workers = 2 } = {}) {
        this.install(this.directory);
        this.postgres = await new Postgres(this.directory).start();
        await this.redis?.start();
        await this.startMain();
        await this.#signIn();
        if (this.queue) {
            await this.startWorkers(workers);
        }
        return this;
    }

    async startWorkers(count) {
        await Promise.all(Array.from({ length: count }, () => this.startWorker()));
    }

    /** Another one instead of one that has ended. */
    async replaceWorker(ended) {
        this.workers = this.workers.filter((worker) => worker !== ended);
        await this.startWorker();
    }

    /** Other workers instead of these, in whatever state they are. */
    async replaceWorkers() {
        const before = this.workers;
        this.workers = [];
        await Promise.all(before.map((worker) => worker.end('SIGKILL')));
        await this.startWorkers(before.length);
    }

    #environment(more) {
        return {
            PATH: process.env.PATH,
            HOME: this.directory,
            ...this.postgres.environment,
            ...this.redis?.environment,
            N8N_USER_FOLDER: this.directory,
            N8N_ENCRYPTION_KEY: 'of-the-tests',
            N8N_LISTEN_ADDRESS: '127.0.0.1',
            N8N_DIAGNOSTICS_ENABLED: 'false',
            N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
            N8N_TEMPLATES_ENABLED: 'false',
            N8N_PERSONALIZATION_ENABLED: 'false',
            N8N_HIRING_BANNER_ENABLED: 'false',
            N8N_SECURE_COOKIE: 'false',
            N8N_RUNNERS_ENABLED: this.major === 1 ? 'false' : 'true',
            N8N_EXPRESSION_ENGINE: 'legacy',
            N8N_DEFAULT_BINARY_DATA_MODE: this.queue ? 'database' : 'filesystem',
            N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
            OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'false',
            ...this.given,
            ...more,
        };
    }

    async startMain() {
        const choosesPorts = this.port === undefined;
        for (let tries = 3; ; tries -= 1) {
            if (choosesPorts) {
                this.port = await freePort();
                this.brokerPort = await freePort();
            }
            const env = this.#environment({ N8N_PORT: String(this.port), N8N_RUNNERS_BROKER_PORT: String(this.brokerPort) });
            this.main = new Child(this.node, [this.program, 'start'], { env, cwd: this.directory });
            try {
                await this.main.says(/Editor is now accessible/, 'n8n', this.bootMs);
                break;
            } catch (error) {
                // Another process may have taken a port between the choice and the start.
                if (!choosesPorts || tries === 1 || !/already in use/.test(error.message)) {
                    throw error;
                }
            }
        }
        this.url = `http://127.0.0.1:${this.port}`;
    }

    /** With a folder of its own, as on a machine of its own. */
    async startWorker() {
        const health = await freePort();
        this.#folders += 1;
        const folder = path.join(this.directory, `worker-${this.#folders}`);
        this.install(folder);
        const env = this.#environment({
            HOME: folder,
            N8N_USER_FOLDER: folder,
            QUEUE_HEALTH_CHECK_ACTIVE: 'true',
            QUEUE_HEALTH_CHECK_PORT: String(health),
            N8N_RUNNERS_BROKER_PORT: String(await freePort()),
        });
        const worker = new Worker(this.node, [this.program, 'worker', '--concurrency=5'], { env, cwd: this.directory });
        await worker.says(/n8n worker is now ready/i, 'a worker', this.bootMs);
        this.workers.push(worker);
        return worker;
    }

    async #signIn() {
        await until('the REST API', () => fetch(`${this.url}/rest/settings`).then(({ ok }) => ok, () => false));
        const response = await fetch(`${this.url}/rest/owner/setup`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'browser-id': 'test' },
            body: JSON.stringify(owner),
        });
        if (!response.ok) {
            throw new Error(`The owner was not set up: ${response.status} ${await response.text()}`);
        }
        this.#cookie = response.headers.get('set-cookie').split(';')[0];
    }

    get owner() {
        return owner;
    }

    fetch(route, options = {}) {
        const headers = { 'content-type': 'application/json', 'browser-id': 'test', cookie: this.#cookie };
        return fetch(`${this.url}${route}`, { ...options, headers });
    }

    async rest(method, route, body) {
        const response = await this.fetch(`/rest${route}`, {
            method,
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) {
            throw new Error(`${method} ${route}: ${response.status} ${text}`);
        }
        return JSON.parse(text).data;
    }

    addCredential(data) {
        return this.rest('POST', '/credentials', { name: 'PixelML', type: 'pixelMlApi', data });
    }

    /** Returns its id, active when something outside starts it. */
    async addWorkflow(workflow) {
        const { id, versionId } = await this.rest('POST', '/workflows', { ...workflow, active: false });
        this.#workflowIds.set(workflow.name, id);
        if (workflow.nodes.some(({ type }) => calledTriggers.has(type))) {
            await (this.major === 1
                ? this.rest('PATCH', `/workflows/${id}`, { active: true, versionId })
                : this.rest('POST', `/workflows/${id}/activate`, { versionId }));
        }
        return id;
    }

    /** A data table of texts: {id, rows: as they are now, insert: more of them}. */
    async addDataTable(name, rows) {
        const { id: project } = await this.rest('GET', '/projects/personal');
        const tables = `/projects/${project}/data-tables`;
        const columns = [...new Set(rows.flatMap(Object.keys))].map((column) => ({ name: column, type: 'string' }));
        const { id } = await this.rest('POST', tables, { name, columns });
        const insert = (more) => this.rest('POST', `${tables}/${id}/insert`, { data: more, returnType: 'count' });
        await insert(rows);
        return { id, insert, rows: async () => (await this.rest('GET', `${tables}/${id}/rows?sortBy=id:asc`)).data };
    }

    hasWorkflow(name) {
        return this.#workflowIds.has(name);
    }

    /** The execution: {id, status, mode, retryOf, data: as n8n keeps it}. */
    async execution(id) {
        const execution = await this.rest('GET', `/executions/${id}`);
        const { parse } = this.require('flatted');
        return { ...execution, data: typeof execution.data === 'string' ? parse(execution.data) : execution.data };
    }

    /** The latest executions of the workflow, the newest first. */
    async executions(name) {
        const filter = encodeURIComponent(JSON.stringify({ workflowId: this.#workflowIds.get(name) }));
        const { results } = await this.rest('GET', `/executions?filter=${filter}&limit=50`);
        return results;
    }

    /** Calls a webhook that answers at once, and returns the new execution's id. One call at a time. */
    async trigger(name, body) {
        const call = () =>
            fetch(`${this.url}/webhook/${name}`, {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify(body),
            });
        const response = await until(`the webhook ${name} to be there`, async () => {
            const answer = await call();
            return answer.status !== 404 && answer; // it is set up a while after its workflow is active
        });
        if (!response.ok) {
            throw new Error(`The webhook answered ${response.status}: ${await response.text()}`);
        }
        const { id } = await until(`an execution of ${name}`, async () =>
            (await this.executions(name)).find((execution) => !this.#seen.has(execution.id)),
        );
        this.#seen.add(id);
        return id;
    }

    /** As by hand: returns the new execution, when it has ended. */
    async retry(id, name, limitMs) {
        await this.rest('POST', `/executions/${id}/retry`, { loadWorkflow: false });
        const { id: newId } = await until(`a retry of ${id}`, async () =>
            (await this.executions(name)).find((execution) => execution.retryOf === id),
        );
        this.#seen.add(newId);
        return await this.finished(newId, limitMs);
    }

    async finished(id, limitMs = 60_000) {
        const over = new Set(['success', 'error', 'crashed', 'canceled']);
        let seen;
        return await until(
            () => `execution ${id} to end; it is ${seen?.status}`,
            async () => {
                seen = await this.rest('GET', `/executions/${id}`).catch(() => undefined);
                return seen && over.has(seen.status) ? await this.execution(id) : undefined;
            },
            limitMs,
        );
    }

    /** The worker that has begun the execution last. */
    holderOf(id) {
        return until(
            `a worker to start execution ${id}`,
            () => this.workers.findLast((worker) => !worker.over && worker.hasStarted(id)),
            30_000,
        );
    }

    async end() {
        const children = [...this.workers, this.main].filter((child) => child && !child.over);
        await Promise.all(children.map((child) => child.end('SIGKILL')));
        await this.redis?.end();
        await this.postgres?.end();
        if (!process.env.KEEP_N8N_TEST_DIRECTORY) {
            fs.rmSync(this.directory, { recursive: true, force: true });
        }
    }
}

/** The items that the last run of the node gave by its output. */
export function itemsOf(execution, node = 'Image to Video', output = 0) {
    const runs = execution.data.resultData.runData[node] ?? [];
    return runs.at(-1)?.data?.main?.[output] ?? [];
}
