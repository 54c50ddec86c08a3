'use strict';
// A thousand calls may arrive in one turn of the event loop. Each waits here, and a few milliseconds' worth go on in
// each turn.

const sliceMs = 5;

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
        while (this.#waiting.length > 0 && performance.now() < end) {
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
