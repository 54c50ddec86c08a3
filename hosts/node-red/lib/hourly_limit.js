'use strict';
// The starts of the last hour: a spending limit for a flow that feeds itself.

const hour = 3600 * 1000;

class HourlyLimit {
    #taken = []; // ascending times, at most as many as the limit

    /** Takes a place. 0: taken; otherwise the milliseconds until one is free. A limit of 0 means no limit, and counts nothing. */
    take(limit, now) {
        if (limit === 0) {
            return 0;
        }
        const first = this.#taken.findIndex((moment) => moment + hour > now);
        this.#taken.splice(0, first < 0 ? this.#taken.length : first);
        if (this.#taken.length >= limit) {
            return Math.ceil(this.#taken.at(-limit) + hour - now);
        }
        this.#taken.push(now);
        return 0;
    }

    /** How many places there are; null: no limit. */
    left(limit, now) {
        const taken = this.#taken.filter((moment) => moment + hour > now).length;
        return limit === 0 ? null : Math.max(0, limit - taken);
    }

    /** For a run that cost nothing. */
    giveBack(moment) {
        const place = this.#taken.indexOf(moment);
        if (place >= 0) {
            this.#taken.splice(place, 1);
        }
    }
}

module.exports = { HourlyLimit };
