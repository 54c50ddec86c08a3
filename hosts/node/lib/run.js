'use strict';

const { onAbort } = require('./abort.js');
const { bytesOf } = require('./attachment.js');
const { callBack } = require('./call_back.js');
const { native } = require('./dispatch.js');
const { ModuleError, RunError } = require('./errors.js');

const phases = ['preparing', 'submitting', 'queued', 'running', 'retrying', 'cancelling']; // WFN_PREPARING ...
const outcomes = ['succeeded', 'failed', 'cancelled', 'suspended']; // WFN_SUCCEEDED ...
const didNotSucceed = { failed: 'failed', cancelled: 'was cancelled' };
const submissions = ['maybe', 'no', 'yes']; // WFN_MAYBE_SUBMITTED ...
const charges = ['unknown', 'no', 'yes']; // WFN_MAYBE_CHARGED ...

const outOfMemory = 6; // wfn_status

const known = (number) => (number < 0 ? null : number);

function checkpointOf(submission, json, jobId) {
    return json === null ? null : { submission: submissions[submission] ?? 'maybe', jobId, json };
}

function errorFields([retryable, retryAfterMs, charged, httpStatus], texts) {
    const [code, type, message, cause, solution, requestId, jobId, details] = texts;
    return {
        ...{ code, type, message, cause, solution },
        retryable: retryable !== 0,
        retry_after_ms: known(retryAfterMs),
        charged: charges[charged] ?? 'unknown',
        http_status: httpStatus === 0 ? null : httpStatus,
        request_id: requestId,
        job_id: jobId,
        details: JSON.parse(details ?? '[]'),
    };
}

/** One run, from execute until its promise is kept. */
class Run {
    #id;
    #onProgress;
    #onCheckpoint;
    #attachments;
    #wantsOutput;
    #stopWatching;
    #promise;
    #over = false; // and its id may be another run's by now
    #keeping = Promise.resolve(); // the checkpoints, one after the other

    constructor(id, session, { onProgress, onCheckpoint, attachments, signal, validateOnly }, promise) {
        this.#id = id;
        this.session = session;
        this.#onProgress = onProgress;
        this.#onCheckpoint = onCheckpoint;
        this.#attachments = attachments;
        this.#wantsOutput = !validateOnly;
        this.#promise = promise;
        this.#stopWatching = signal ? onAbort(signal, () => native.cancel(id)) : () => {};
    }

    #end() {
        this.#over = true;
        this.#attachments = undefined;
        this.#stopWatching();
    }

    onProgress([phase, fraction, etaMs, elapsedMs], [jobId, message]) {
        callBack(this.#onProgress, {
            phase: phases[phase] ?? 'running',
            fraction: known(fraction),
            etaMs: known(etaMs),
            elapsedMs,
            jobId,
            message,
        });
    }

    onCheckpoint([number, submission], [json, jobId]) {
        this.#keeping = this.#keeping.then(async () => {
            let kept = true;
            try {
                await this.#onCheckpoint(checkpointOf(submission, json, jobId));
            } catch {
                kept = false; // the module makes an error or a warning of it
            }
            if (!this.#over) {
                native.answerCheckpoint(this.#id, number, kept);
            }
        });
    }

    async onAttachment([number, maxBytes, maxSide], [name, path, mediaTypes]) {
        const request = { name, path, mediaTypes: mediaTypes?.split(/, */) ?? [], maxBytes, maxSide: maxSide || null };
        const given = Object.hasOwn(this.#attachments, name) ? this.#attachments[name] : undefined;
        const { bytes, failure } = await bytesOf(given, request);
        if (this.#over) {
            return;
        }
        const status = native.answerAttachment(this.#id, number, bytes, failure);
        if (status === outOfMemory) {
            native.answerAttachment(this.#id, number, undefined, 'There was no memory for the file; run fewer at once');
        }
    }

    onComplete([outcome, resumeAfterMs, submission, ...ofError], texts) {
        this.#end();
        if (outcome < 0) {
            this.#promise.reject(
                new ModuleError('out_of_memory', 'The run is over, but there was no memory for its result'),
            );
            return;
        }
        const [outputJson, checkpoint, jobId, warnings, ...textsOfError] = texts;
        const kept = checkpointOf(submission, checkpoint, jobId);
        try {
            const ending = {
                outcome: outcomes[outcome],
                checkpoint: kept,
                warnings: JSON.parse(warnings ?? '[]'),
            };
            if (ending.outcome === 'succeeded') {
                const output = JSON.parse(outputJson);
                if (output === null && this.#wantsOutput) {
                    this.#rejectResult('says that it succeeded, but has no output', kept);
                } else {
                    this.#promise.resolve({ ...ending, output });
                }
            } else if (ending.outcome === 'suspended') {
                this.#promise.resolve({ ...ending, resumeAfterMs: known(resumeAfterMs) });
            } else if (ending.outcome === undefined) {
                this.#rejectResult(`has the unknown outcome ${outcome}`, kept);
            } else if (textsOfError.every((text) => text === null)) {
                this.#rejectResult(`says that it ${didNotSucceed[ending.outcome]}, but has no error`, kept);
            } else {
                this.#promise.reject(new RunError(errorFields(ofError, textsOfError), ending));
            }
        } catch (error) {
            this.#rejectResult(`is not JSON: ${error.message}`, kept);
        }
    }

    /** Where it has no checkpoint, such a result says nothing of the job: the caller's last one stays. */
    #rejectResult(fault, checkpoint) {
        this.#promise.reject(new ModuleError('invalid_result', `The module's result of the run ${fault}`, checkpoint));
    }

    /** The session is closed, and the module never said how the run ended. */
    onLost() {
        this.#end();
        this.#promise.reject(
            new ModuleError('run_lost', "The session was closed, and the module did not say how the run ended"),
        );
    }
}

/**
 * The error of a run whose signal was aborted before it began, in the module's own words where it has some. The
 * checkpoint that the run was given comes back: nothing is known to have become of its job.
 */
function neverStarted(node, checkpoint) {
    const words = node.errors.find((error) => error.code === 'cancelled') ?? {
        code: 'cancelled',
        type: 'Cancelled',
        cause: 'The host cancelled the run',
        solution: 'Run the node again when its output is wanted after all',
        retryable: false,
    };
    return new RunError(
        { ...words, message: 'The run was cancelled before it began', charged: 'no' },
        { outcome: 'cancelled', checkpoint: checkpoint && { submission: 'maybe', jobId: null, ...checkpoint } },
    );
}

module.exports = { Run, neverStarted };
