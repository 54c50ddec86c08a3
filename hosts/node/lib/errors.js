'use strict';

/** A call that was wrong or came at the wrong time, or a module that cannot be used. `code` is for programs. */
class ModuleError extends Error {
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
ModuleError.prototype.name = 'ModuleError';

/** A run that failed or was cancelled, with all that the module says about it. */
class RunError extends Error {
    /** @param error the module's error object; @param ending {outcome, checkpoint, warnings} */
    constructor(error, ending) {
        super(error.message);
        this.type = error.type;
        this.code = error.code;
        this.cause = error.cause;
        this.solution = error.solution;
        this.retryable = error.retryable;
        this.retryAfterMs = error.retry_after_ms ?? null;
        this.charged = error.charged ?? 'unknown';
        this.httpStatus = error.http_status ?? null;
        this.requestId = error.request_id ?? null;
        this.jobId = error.job_id ?? null;
        this.details = error.details ?? [];
        this.outcome = ending.outcome;
        this.checkpoint = ending.checkpoint;
        this.warnings = ending.warnings;
    }

    /** For logs and messages: all but the stack. */
    toJSON() {
        return { name: this.name, message: this.message, ...this };
    }
}
RunError.prototype.name = 'RunError';

module.exports = { ModuleError, RunError };
