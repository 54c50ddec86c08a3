'use strict';
// Child processes that end with the test that started them.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');

const { until, within } = require('./waiting');

const all = new Set();
process.on('exit', () => all.forEach((child) => child.over || child.process.kill('SIGKILL')));

const mostOutput = 4_000_000;

class Child {
    constructor(program, args, options = {}) {
        this.output = '';
        this.failed = false; // never started
        this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
        this.ended = new Promise((resolve) => {
            this.process.on('exit', (code, signal) => resolve({ code, signal }));
            this.process.on('error', (error) => {
                this.output += error.message;
                this.failed = true;
                resolve({ error });
            });
        });
        this.closed = new Promise((resolve) => { // ended, and all that it wrote is in `output`
            this.process.on('close', (code, signal) => resolve({ code, signal }));
        });
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.output = (this.output + text).slice(-mostOutput);
            });
        }
        all.add(this);
        this.ended.then(() => all.delete(this));
    }

    get pid() {
        return this.process.pid;
    }

    get over() {
        return this.failed || this.process.exitCode !== null || this.process.signalCode !== null;
    }

    /** Resolves to the match when its output has one. Fails when it ends before that, with what it said. */
    async says(pattern, what, limitMs) {
        const output = () => this.output.slice(-3000);
        const look = () => {
            const match = pattern.exec(this.output);
            if (!match && this.over) {
                throw new Error(`${what} ended:\n${output()}`);
            }
            return match;
        };
        return await until(() => `${what} to start:\n${output()}`, look, limitMs);
    }

    /** Peak and present memory in MiB. */
    memory() {
        const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
        const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
        return { peak: of('VmHWM'), present: of('VmRSS') };
    }

    /** Sends the signal and resolves to how it ended. */
    async end(signal = 'SIGTERM', limitMs = 45_000) {
        if (!this.over) {
            this.process.kill(signal);
        }
        try {
            return await within(`the end of process ${this.pid}`, this.ended, limitMs);
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
