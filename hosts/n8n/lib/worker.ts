// What each n8n process has one of: the module's session, the run store, and the shutdown.
import os from 'node:os';
import path from 'node:path';

import { LoggerProxy } from 'n8n-workflow';

import { load, type LogLevel, type Module, type Session } from '../native/addon';
import { bundledModules } from '../native/durable/bundled_modules';
import { storeName } from '../nodes/facts';

import { FileStore } from './file_store';
import { RedisStore } from './redis_store';
import { redisSettings } from './redis_settings';
import { keepingTimeMs, type RunStore } from './run_store';

const [modulePath] = bundledModules(path.join(__dirname, '..', 'native', 'modules'));

export const inQueueMode = () => process.env.EXECUTIONS_MODE === 'queue';

function openStore(): RunStore {
    const expiryMs = keepingTimeMs();
    if (inQueueMode()) {
        return new RedisStore(redisSettings(), expiryMs);
    }
    const userFolder = process.env.N8N_USER_FOLDER ?? os.homedir();
    return new FileStore(path.join(userFolder, '.n8n', storeName), expiryMs);
}

/** How long n8n lets a node continue after SIGTERM. */
function graceMs() {
    const seconds = process.env.N8N_GRACEFUL_SHUTDOWN_TIMEOUT ?? process.env.QUEUE_WORKER_TIMEOUT ?? '30';
    return Number(seconds) * 1000;
}

/** n8n's logger knows nothing below debug. */
function log(level: LogLevel, message: string) {
    const method = level === 'trace' ? 'debug' : level === 'warning' ? 'warn' : level;
    LoggerProxy[method](message);
}

/** The module's log is for those who look for a fault: a line for each exchange with the service. */
const logOptions = () =>
    process.env.N8N_LOG_LEVEL === 'debug' ? { logLevel: 'trace' as const, onLog: log } : {};

/** For suspending: a pending submit gets 5 s for its reply, then the checkpoint is kept. */
const suspendingMs = 8000;

class Worker {
    #module: Module | undefined;
    #session: Session | undefined;
    #store: RunStore | undefined;
    #stopping = false;

    get module() {
        this.#module ??= load(modulePath);
        return this.#module;
    }

    get store() {
        this.#store ??= openStore();
        return this.#store;
    }

    /** No further runs are started. */
    get stopping() {
        return this.#stopping;
    }

    get session() {
        if (this.#session === undefined) {
            this.#session = this.module.open({ host: { name: 'n8n' }, ...logOptions() });
            for (const signal of ['SIGTERM', 'SIGINT'] as const) {
                process.once(signal, () => this.#stop());
            }
        }
        return this.#session;
    }

    /** Runs that end soon may end; the rest are suspended in time, so that none is cut off during a submit. */
    #stop() {
        this.#stopping = true;
        const grace = graceMs();
        setTimeout(() => void this.#session?.close(), grace - Math.min(suspendingMs, grace / 2)).unref();
    }
}

export const worker = new Worker();
