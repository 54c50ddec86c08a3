'use strict';
// One session for each module, shared by all that a process runs. Opened when the first run needs it.

class Sessions {
    #open = new Map();
    #closing = Promise.resolve();
    #host;
    #log;
    #logLevel;

    constructor({ host, log, logLevel = 'debug' }) {
        this.#host = host;
        this.#log = log;
        this.#logLevel = logLevel;
    }

    of(module) {
        let session = this.#open.get(module);
        if (!session) {
            session = module.open({
                host: this.#host,
                logLevel: this.#logLevel,
                onLog: (level, message) => this.#log(level, `${module.name}: ${message}`),
            });
            this.#open.set(module, session);
        }
        return session;
    }

    /** Suspends every run and joins the threads. Later runs open new sessions. */
    close() {
        const sessions = [...this.#open.values()];
        this.#open.clear();
        this.#closing = Promise.all([this.#closing, ...sessions.map((session) => session.close())]);
        return this.#closing;
    }
}

module.exports = { Sessions };
