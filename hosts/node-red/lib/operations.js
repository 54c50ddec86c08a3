'use strict';
// What a node does with its messages: Generate waits for the output, Start submits the job and leaves the rest to the flow,
// Collect gets the output of a run that was started, and submits nothing. Flows of earlier versions name none: Generate.
//
// A run that ends as "open" goes on with the flow, in msg.run, until a Collect has its output.
const { RunError } = require('../native/addon');
const { checkpointAfter } = require('../native/durable/checkpoint');
const { runOfMessage } = require('./run');

const second = 1000;
const hour = 3600 * second;
const defaultWait = 0; // s
const defaultGiveUpAfter = 24; // h
const longestWait = 24 * 3600; // s
/** Beyond the wait: a look has bounds of its own, and the connection's time limit is meant for a whole run. */
const lookBound = 120 * second;

const numberOf = (text, otherwise) => (String(text ?? '').trim() !== '' && Number(text) >= 0 ? Number(text) : otherwise);

const open = (run, result) => ({ ...result, outcome: 'open', checkpoint: checkpointAfter(result, run.checkpoint) });

const generate = { collects: false, givesOutput: true, optionsFor: () => ({}), openPort: 0, check: () => {}, endOf: (run, result) => result };

const start = {
    ...generate,
    givesOutput: false,
    optionsFor: () => ({ suspend: 'when-submitted' }),
    /** Where the answer to the submit has the output already, the run goes on with it. Suspended without a job: Node-RED stops. */
    endOf(run, result) {
        if (result.outcome === 'succeeded') {
            return { ...result, outcome: 'open', checkpoint: run.checkpoint };
        }
        const ending = open(run, result);
        return ending.checkpoint?.submission === 'yes' ? ending : result;
    },
};

function checkCollectable(msg, t) {
    if (runOfMessage(msg) === null) {
        throw new Error(t(msg.run === undefined ? 'error.noRun' : 'error.wrongRun'));
    }
}

/** `known`: the row of the module's error table, where it has one. */
function gaveUp(checkpoint, giveUpAfter, known, t) {
    const jobId = checkpoint?.jobId ?? null;
    return new RunError(
        {
            type: t('error.timeout'),
            code: 'processing_timeout',
            ...known,
            message: t('error.gaveUp', { hours: giveUpAfter, job: jobId ?? t('error.jobWithoutName') }),
            solution: t('error.gaveUpSolution'),
            retryable: true,
            charged: 'unknown',
            job_id: jobId,
        },
        { checkpoint },
    );
}

function collect(config, errors, t) {
    const longest = Math.min(numberOf(config.wait, defaultWait), longestWait) * second;
    const giveUpAfter = numberOf(config.giveUpAfter, defaultGiveUpAfter);
    const timeLeft = (run) => run.startedAt + giveUpAfter * hour - Date.now();
    const known = errors.find(({ code }) => code === 'processing_timeout');
    return {
        collects: true,
        givesOutput: true,
        optionsFor(run) {
            const waitMs = Math.max(0, Math.min(longest, timeLeft(run)));
            return { collectOnly: true, suspend: { afterMs: waitMs }, timeoutMs: waitMs + lookBound };
        },
        openPort: 1,
        check: (msg) => checkCollectable(msg, t),
        endOf(run, result) {
            if (result.outcome === 'succeeded') {
                return result;
            }
            const ending = open(run, result);
            if (timeLeft(run) <= 0) {
                throw gaveUp(ending.checkpoint, giveUpAfter, known, t);
            }
            return ending;
        },
    };
}

/** `config`: the node's. `errors`: the module's error table. `t` gives the words of the host. */
function operationOf(config, errors, t) {
    switch (config.operation) {
        case 'start':
            return start;
        case 'collect':
            return collect(config, errors, t);
        default:
            return generate;
    }
}

module.exports = { lookBound, operationOf, defaultWait, defaultGiveUpAfter, longestWait };
