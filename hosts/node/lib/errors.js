'use strict';

/** A call that was wrong or came at the wrong time, or a module that cannot be used. `code` is for programs. */
class ModuleError extends Error {
    /** `checkpoint`: the one to keep from now on, of a result that is of no other use. */
    constructor(code, message, checkpoint = null) {
        super(message);
        this.code = code;
        if (checkpoint !== null) {
            this.checkpoint = checkpoint;
        }
    }
}
ModuleError.prototype.name = 'ModuleError';

/** A run that failed or was cancelled, with all that is known about it. */
class RunError extends Error {
    #fields;

    /** `fields`: the error table's, as the module names them. What is left out is not known. */
    constructor(fields, { outcome = 'failed', checkpoint = null, warnings = [] } = {}) {
        super(fields.message);
        this.#fields = {
            type: fields.type,
            code: fields.code,
            message: fields.message,
            cause: fields.cause,
            solution: fields.solution,
            retryable: fields.retryable,
            retry_after_ms: fields.retry_after_ms ?? null,
            charged: fields.charged ?? 'unknown',
            http_status: fields.http_status ?? null,
            request_id: fields.request_id ?? null,
            job_id: fields.job_id ?? null,
            details: fields.details ?? [],
        };
        for (const [name, value] of Object.entries(this.#fields)) {
            if (name !== 'message') {
                this[camelCase(name)] = value;
            }
        }
        this.outcome = outcome;
        this.checkpoint = checkpoint;
        this.warnings = warnings;
    }

    /** For stores, and for flows that read the error table's own names. `new RunError(fields)` is this error again. */
    get fields() {
        return { ...this.#fields };
    }

    /** For logs and messages: all but the stack. */
    toJSON() {
        return { name: this.name, message: this.message, ...this };
    }
}
RunError.prototype.name = 'RunError';

function camelCase(name) {
    return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

module.exports = { ModuleError, RunError };
