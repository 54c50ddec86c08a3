'use strict';

const { callBack } = require('./call_back.js');
const { closing, native, runs, sessions } = require('./dispatch.js');
const { ModuleError } = require('./errors.js');
const { requestOf } = require('./request.js');
const { Run, neverStarted } = require('./run.js');

const levels = ['trace', 'debug', 'info', 'warning', 'error']; // WFN_LOG_..., from -1
const numberOf = (level) => levels.indexOf(level) - 1;

const statuses = { invalidArgument: 1, outOfMemory: 6 }; // wfn_status

class Session {
    #module;
    #native;
    #onLog;
    #closed; // the promise of close
    #resolveClosed;

    static open(module, moduleHandle, { host = {}, settings, onLog, logLevel = 'debug' } = {}) {
        if (onLog !== undefined && typeof onLog !== 'function') {
            throw new TypeError('open: onLog must be a function');
        }
        if (!levels.includes(logLevel)) {
            throw new TypeError(`open: logLevel must be one of ${levels.join(', ')}`);
        }
        const session = new Session();
        session.#module = module;
        session.#onLog = onLog;
        try {
            session.#native = native.open(
                moduleHandle,
                host.name,
                host.version,
                settings === undefined ? undefined : JSON.stringify(settings),
                onLog !== undefined,
                numberOf(onLog === undefined ? 'warning' : logLevel), // of a refused open, the complaint is needed
            );
        } catch (error) {
            throw new ModuleError(error.code ?? 'session_not_opened', error.message);
        }
        sessions.set(session.#native.id, new WeakRef(session));
        return session;
    }

    execute(options) {
        // Not an async function: its promise would be kept after those of close.
        return new Promise((resolve, reject) => {
            const request = requestOf(options, this.#module);
            if (this.#closed !== undefined) {
                throw new ModuleError('session_closed', 'The session is closed; open another one');
            }
            if (options.signal?.aborted) {
                throw neverStarted(this.#module.nodes[request.node], options.checkpoint ?? null);
            }
            const id = native.execute(this.#native.handle, request);
            if (id < 0) {
                throw refused(-id);
            }
            runs.set(id, new Run(id, this, options, { resolve, reject }));
        });
    }

    close() {
        if (this.#closed === undefined) {
            this.#closed = new Promise((resolve) => {
                this.#resolveClosed = resolve;
            });
            closing.set(this.#native.id, this); // until the promise is kept
            native.close(this.#native.handle);
        }
        return this.#closed;
    }

    /** From dispatch. */
    onLog([level, lost], [message]) {
        if (lost > 0) {
            const lines = `${lost} lines of log were lost: they came faster than they were read`;
            callBack(this.#onLog, 'warning', lines);
        }
        callBack(this.#onLog, levels[level + 1] ?? 'info', message);
    }

    onClosed() {
        for (const [id, run] of runs) {
            if (run.session === this) {
                runs.delete(id);
                run.onLost();
            }
        }
        this.#resolveClosed?.();
    }
}

function refused(status) {
    if (status === statuses.invalidArgument) {
        return new ModuleError(
            'invalid_argument',
            'The module refused the call: it does not know one of the options that are set, or the input is larger ' +
                'than 1 MiB, or the run key longer than 512 bytes',
        );
    }
    if (status === statuses.outOfMemory) {
        return new ModuleError('out_of_memory', 'There was no memory for the run; run fewer at once');
    }
    return new ModuleError('run_refused', `The module refused the call with status ${status}`);
}

module.exports = { Session };
