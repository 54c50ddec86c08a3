'use strict';
// Child processes that end with the test that started them.
const { spawn } = require('node:child_process');
const net = require('node:net');
const { within } = require('./wait');

class Child {
    constructor(program, args, options = {}) {
        this.output = '';
        this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
        this.ended = new Promise((resolve) => {
            this.process.on('exit', (code, signal) => resolve({ code, signal }));
            this.process.on('error', (error) => resolve({ error }));
        });
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.output = (this.output + text).slice(-1000000);
            });
        }
    }

    get pid() {
        return this.process.pid;
    }

    get over() {
        return this.process.exitCode !== null || this.process.signalCode !== null;
    }

    /** Ends it and resolves to how it ended. */
    async end(signal = 'SIGTERM', limit = 20000) {
        if (!this.over) {
            this.process.kill(signal);
        }
        try {
            return await within(`the end of process ${this.pid}`, this.ended, limit);
        } catch (error) {
            this.process.kill('SIGKILL');
            throw error;
        }
    }
}

/** A port that is free now. Only for programs that cannot be told to take any. */
function freePort() {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

module.exports = { Child, freePort };
