'use strict';
// A thousand calls may arrive in one turn of the event loop. Each waits here, and a few go on in each turn: not more,
// because what they lead to is done in the same turn or the next.

const sliceMs = 5;
const sliceCalls = 16;

class Turns {
    #waiting = [];
    #scheduled = false;

    next() {
        return new Promise((resolve) => {
            this.#waiting.push(resolve);
            this.#schedule();
        });
    }

    #schedule() {
        if (!this.#scheduled) {
            this.#scheduled = true;
            setImmediate(() => this.#slice());
        }
    }

    async #slice() {
        const end = performance.now() + sliceMs;
        for (let i = 0; i < sliceCalls && this.#waiting.length > 0 && performance.now() < end; i += 1) {
            this.#waiting.shift()();
            await null; // what goes on after it, goes on now
        }
        this.#scheduled = false;
        if (this.#waiting.length > 0) {
            this.#schedule();
        }
    }
}

module.exports = { Turns };
