'use strict';
// The question before a run that costs: "about 4 credits ($0.10): go on?"
const { setTimeout: pause } = require('node:timers/promises');
const { inputRequired } = require('@modelcontextprotocol/server');
const { priceText } = require('../native/durable/node_form');

const key = 'go_on';
const openMs = 600_000;
const schema = {
    type: 'object',
    properties: { go_on: { type: 'boolean', title: 'Go on', description: 'Run it, and pay for it', default: true } },
    required: ['go_on'],
};

/** Forms are what a client has that says nothing of modes. */
const canAsk = (capabilities) => {
    const elicitation = capabilities?.elicitation;
    return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
};

/** "yes", "no", or "ask". `responses`: what came back with the call. */
function verdictOf(responses) {
    const response = responses?.[key];
    if (response === undefined) {
        return 'ask';
    }
    return response.action === 'accept' && response.content?.go_on === true ? 'yes' : 'no';
}

/** `inputFiles`: the names of the files that go to the service. */
function questionOf({ descriptor, form }, inputFiles) {
    const files = inputFiles.length > 0 ? ` of ${inputFiles.join(', ')}` : '';
    return { message: `${descriptor.title}${files} costs about ${priceText(form.price)}: go on?`, requestedSchema: schema };
}

/** The result of a call that asks: in the revisions from 2026-07-28 on, the client calls again with the answer. */
const resultThatAsks = (question) => inputRequired({ inputRequests: { [key]: inputRequired.elicit(question) } });

/**
 * The questions that were put to a client of an older revision while it waits for its call. Clients give a call up before
 * a person has decided: the question then stays open, and the same call that comes next waits for it or has its answer.
 */
class OpenQuestions {
    #byAsk = new Map(); // ask -> the promise of "yes", "no" or {failure}

    /** As above, or "late". `put`: puts the question, where it is not open yet. */
    async verdictOn(ask, put, ms, signal) {
        if (!this.#byAsk.has(ask)) {
            this.#open(ask, put);
        }
        const soon = new AbortController();
        const late = pause(ms, 'late', { signal: soon.signal }).catch(() => 'late');
        const verdict = await Promise.race([this.#byAsk.get(ask), late]);
        soon.abort();
        if (verdict === 'late' || signal?.aborted) {
            return 'late'; // nothing begins for a client that no longer waits
        }
        this.#byAsk.delete(ask); // it answers one call, or those that wait for it together
        return verdict;
    }

    #open(ask, put) {
        const answered = put({ timeout: openMs }).then(
            (response) => verdictOf({ [key]: response }),
            (error) => ({ failure: error.message }),
        );
        this.#byAsk.set(ask, answered);
        const forget = () => this.#byAsk.get(ask) === answered && this.#byAsk.delete(ask);
        answered.then((verdict) => verdict.failure !== undefined && forget());
        setTimeout(forget, openMs).unref();
    }
}

module.exports = { OpenQuestions, canAsk, questionOf, resultThatAsks, verdictOf };
