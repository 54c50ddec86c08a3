'use strict';
// One run, as the server knows it: what is kept of it, and who waits for its end.
const { agedBy } = require('./progress');

const longestTimerMs = 2 ** 31 - 1;

/** Of what may be long. */
const bytesOf = ({ input, ending }) => JSON.stringify([input, ending]).length;

class Run {
    #record;
    #waiting = new Set();
    #watching = new Set();
    #progress = null; // with the moment when it came
    canceller = new AbortController();
    /** What holds it in this process; null: it is over, or in the hands of another process. */
    live = null;
    /** Why this process leaves it alone; null: it does not. */
    obstacle = null;
    /** What it ended with is in memory alone: the disk has no room, say. */
    isUnkept = false;

    constructor(record) {
        this.#record = record;
        this.bytes = bytesOf(record);
    }

    get record() {
        return this.#record;
    }

    get over() {
        return this.#record.ending !== null;
    }

    /** What clients of the protocol's tasks call it. A cancelled task stays so, whatever becomes of its job. */
    get status() {
        if (this.#record.cancelRequested) {
            return 'cancelled';
        }
        return this.#record.ending?.status ?? 'running';
    }

    set(changes, now = Date.now()) {
        this.#record = { ...this.#record, ...changes, updatedAt: now };
        if (changes.ending !== undefined) {
            this.bytes = bytesOf(this.#record);
        }
        if (this.over) {
            this.wake();
        }
    }

    /** As it may be by now, for the service is asked seldom. null: nothing is known. */
    get progress() {
        return this.#progress && agedBy(this.#progress.told, performance.now() - this.#progress.at);
    }

    report(progress) {
        this.#progress = { told: progress, at: performance.now() };
        this.#watching.forEach((listener) => listener());
    }

    /** Those who wait look again. */
    wake() {
        this.#waiting.forEach((resolve) => resolve());
    }

    /** Calls the listener at each progress. Returns a function that ends that. */
    watch(listener) {
        this.#watching.add(listener);
        return () => this.#watching.delete(listener);
    }

    /** Resolves when the run is over or is left alone, after `ms`, or when the signal is aborted, whichever is first. */
    wait(ms, signal) {
        if (this.over || this.obstacle !== null || signal?.aborted) {
            return Promise.resolve();
        }
        return new Promise((resolve) => {
            const end = () => {
                clearTimeout(timer);
                signal?.removeEventListener('abort', end);
                this.#waiting.delete(end);
                resolve();
            };
            const timer = setTimeout(end, Math.min(ms, longestTimerMs));
            signal?.addEventListener('abort', end, { once: true });
            this.#waiting.add(end);
        });
    }
}

module.exports = { Run };
