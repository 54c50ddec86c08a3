'use strict';
// What becomes of runs that are over: their files are tried again, and the old ones are forgotten.
const { hasExpired } = require('./decisions');

class OldRuns {
    #known;
    #files;
    #media;
    #settings;
    #withClaim;
    #log;

    /** `withClaim(ask, work)`: does the work if no other process has the ask's runs in hand. */
    constructor({ known, files, media, settings, withClaim, log }) {
        this.#known = known;
        this.#files = files;
        this.#media = media;
        this.#settings = settings;
        this.#withClaim = withClaim;
        this.#log = log;
    }

    async sweep() {
        const isOld = (run) => !run.live && hasExpired(run.record, Date.now(), this.#settings.keepMs);
        for (const run of this.#known.all.filter(isOld)) {
            await this.#withClaim(run.record.ask, () => this.#forget(run, isOld)).catch((error) =>
                this.#log('warning', `An old run could not be removed: ${error.message}`),
            );
        }
        this.#known.all.filter(({ live }) => !live).forEach((run) => this.#media.keepLater(run));
    }

    async #forget(run, isOld) {
        const now = await this.#files.find(run.record.taskId);
        if (now !== null && !run.live && !run.isUnkept) {
            run.set(now, now.updatedAt); // another process may have gone on with it
        }
        if (isOld(run)) {
            await this.#files.remove(run.record);
            await this.#media.forget(run);
            this.#known.remove(run);
        }
    }
}

module.exports = { OldRuns };
