'use strict';

/** What is said of an error with which a run ended. One that the module did not put into words has none of its own. */
const errorFieldsOf = (error) =>
    error.fields ?? {
        type: 'Internal Error',
        code: error.code ?? 'internal_error',
        message: error.message,
        solution: 'Look at the log of the server',
        retryable: false,
        charged: error.name === 'ModuleError' && error.code !== 'run_lost' && error.code !== 'invalid_result' ? 'no' : 'unknown',
        details: [],
    };

module.exports = { errorFieldsOf };
