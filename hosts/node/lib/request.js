'use strict';
// Turns the options of execute into what the native side hands to the module.

const { isAttachment } = require('./attachment.js');
const { ModuleError } = require('./errors.js');

// wfn_request.flags
const flags = { validateOnly: 1, cancelJobAtDeadline: 2, collectOnly: 4, checkConnection: 8, dryRun: 16 };
const suspend = { never: 0, whenSubmitted: 1, after: 2 }; // WFN_SUSPEND_...

function json(value, name) {
    if (typeof value !== 'object' || value === null) {
        throw new TypeError(`execute: ${name} must be an object`);
    }
    return JSON.stringify(value);
}

function optionalJson(value, name) {
    return value === undefined || value === null ? undefined : json(value, name);
}

function optionalText(value, name) {
    if (value === undefined || value === null) {
        return undefined;
    }
    if (typeof value !== 'string' || value.includes('\0')) {
        throw new TypeError(`execute: ${name} must be a text without NUL`);
    }
    return value;
}

function duration(value, name) {
    if (value === undefined || value === null) {
        return 0;
    }
    if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError(`execute: ${name} must be a number of milliseconds`);
    }
    return Math.ceil(value); // 0 is the default, which less than a millisecond is not
}

function optionalFunction(value, name) {
    if (value !== undefined && value !== null && typeof value !== 'function') {
        throw new TypeError(`execute: ${name} must be a function`);
    }
    return typeof value === 'function';
}

function optionalAttachments(value) {
    if (value !== undefined && value !== null && typeof value !== 'object') {
        throw new TypeError('execute: attachments must be an object');
    }
    for (const [name, attachment] of Object.entries(value ?? {})) {
        if (!isAttachment(attachment)) {
            throw new TypeError(`execute: attachments["${name}"] must be a Buffer, a Uint8Array, a path or a function`);
        }
    }
    return typeof value === 'object' && value !== null;
}

function suspension(value) {
    if (value === undefined || value === null) {
        return { suspend: suspend.never, suspendAfterMs: 0 };
    }
    if (value === 'when-submitted') {
        return { suspend: suspend.whenSubmitted, suspendAfterMs: 0 };
    }
    if (typeof value === 'object' && value.afterMs !== undefined) {
        return { suspend: suspend.after, suspendAfterMs: duration(value.afterMs, 'suspend.afterMs') };
    }
    throw new TypeError("execute: suspend must be 'when-submitted' or { afterMs }");
}

function nodeIndex(module, actionId) {
    const index = module.nodes.findIndex((node) => node.actionId === actionId);
    if (index < 0) {
        const known = module.nodes.map((node) => node.actionId).join(', ');
        throw new ModuleError('unknown_node', `${module.path} has no node "${actionId}"; it has: ${known}`);
    }
    return index;
}

function flagsOf(options) {
    return Object.entries(flags).reduce((sum, [name, flag]) => sum | (options[name] ? flag : 0), 0);
}

function checkpointJson(checkpoint) {
    if (checkpoint !== undefined && checkpoint !== null && typeof checkpoint?.json !== 'string') {
        throw new TypeError('execute: checkpoint must be as onCheckpoint was given it: { submission, jobId, json }');
    }
    return optionalText(checkpoint?.json, 'checkpoint.json');
}

function requestOf(options, module) {
    if (typeof options !== 'object' || options === null) {
        throw new TypeError('execute: the options must be an object with node and input');
    }
    if (options.signal !== undefined && options.signal !== null && !(options.signal instanceof AbortSignal)) {
        throw new TypeError('execute: signal must be an AbortSignal');
    }
    return {
        node: nodeIndex(module, options.node),
        flags: flagsOf(options),
        input: options.checkConnection ? optionalJson(options.input, 'input') : json(options.input, 'input'),
        connection: optionalJson(options.connection, 'connection'),
        checkpoint: checkpointJson(options.checkpoint),
        runKey: optionalText(options.runKey, 'runKey'),
        traceparent: optionalText(options.traceparent, 'traceparent'),
        timeoutMs: duration(options.timeoutMs, 'timeoutMs'),
        checkpointTimeoutMs: duration(options.checkpointTimeoutMs, 'checkpointTimeoutMs'),
        ...suspension(options.suspend),
        wantsProgress: optionalFunction(options.onProgress, 'onProgress'),
        keepsCheckpoints: optionalFunction(options.onCheckpoint, 'onCheckpoint'),
        hasAttachments: optionalAttachments(options.attachments),
    };
}

module.exports = { requestOf };
