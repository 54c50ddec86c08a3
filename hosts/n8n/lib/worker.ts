// What a process of n8n has one of: the module's session, the store of runs, and its end.
import os from 'node:os';
import path from 'node:path';

import { load, type Module, type Session } from '../native/addon';
import { bundledModules } from '../native/durable/bundled_modules';

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
    return new FileStore(path.join(userFolder, '.n8n', 'image-to-video'), expiryMs);
}

/** How long n8n lets a node run on after SIGTERM. */
function graceMs() {
    const seconds = process.env.N8N_GRACEFUL_SHUTDOWN_TIMEOUT ?? process.env.QUEUE_WORKER_TIMEOUT ?? '30';
    return Number(seconds) * 1000;
}

/** For suspending: a submit under way gets 5 s for its reply, then the checkpoint is kept. */
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

    /** No run is started any more. */
    get stopping() {
        return this.#stopping;
    }

    get session() {
        if (this.#session === undefined) {
            this.#session = this.module.open({ host: { name: 'n8n' } });
            for (const signal of ['SIGTERM', 'SIGINT'] as const) {
                process.once(signal, () => this.#stop());
            }
        }
        return this.#session;
    }

    /** What ends soon may end; the rest is suspended in time, so that it is not cut off amid a submit. */
    #stop() {
        this.#stopping = true;
        const grace = graceMs();
        setTimeout(() => void this.#session?.close(), grace - Math.min(suspendingMs, grace / 2)).unref();
    }
}

export const worker = new Worker();
