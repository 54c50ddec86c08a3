'use strict';
// What becomes of runs that are over: their files are tried again, and the old ones are forgotten.
const { hasExpired, isDoubtful, mayBePaid } = require('./decisions');

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
        const { all } = this.#known;
        if (!isDoubtful(all.map(({ record }) => record), Date.now(), process.uptime() * 1000)) {
            for (const run of all.filter((one) => this.#isOld(one))) {
                await this.#withClaim(run.record.ask, () => this.#forget(run)).catch((error) =>
                    this.#log('warning', `An old run could not be removed: ${error.message}`),
                );
            }
        }
        this.#known.all.filter(({ live }) => !live).forEach((run) => this.#media.keepLater(run));
    }

    /** One that is not over is old only where this process was to go on with it, and could not. */
    #isOld(run) {
        return !run.live && (run.over || run.obstacle !== null) && hasExpired(run.record, Date.now(), this.#settings.keepMs);
    }

    async #forget(run) {
        const now = await this.#files.find(run.record.taskId);
        if (now !== null && !run.live && !run.isUnkept) {
            run.set(now, now.updatedAt); // another process may have gone on with it
        }
        if (this.#isOld(run)) {
            await this.#files.remove(run.record);
            await this.#media.forget(run);
            this.#known.remove(run);
            if (!run.over) {
                this.#tellOfUnfinished(run.record);
            }
        }
    }

    #tellOfUnfinished(record) {
        const { node, createdAt, checkpoint, runKey } = record;
        const job = checkpoint?.jobId ? `has the job ${checkpoint.jobId}` : 'may have a job';
        const cost = mayBePaid(record) ? `It ${job} at the service, under the key ${runKey}: look there for what it made` : 'Nothing was paid';
        const began = new Date(createdAt).toISOString();
        this.#log('warning', `A run of ${node} that began ${began} is forgotten, as no server could go on with it. ${cost}.`);
    }
}

module.exports = { OldRuns };
