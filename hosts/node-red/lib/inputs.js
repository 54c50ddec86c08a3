'use strict';
// A node's configured fields and a message, made into the input of one run. A media field may be a file instead of a URL: a
// Buffer, or the path of one.
const path = require('node:path');
const { attachmentName, isReference, referenceTo } = require('../native/durable/attached_file');
const { readGiven } = require('../native/durable/given_input');
const { digestOf } = require('./file_digest');
const { parseConstant } = require('./form');

/** What is at the property of that type. `own`: the host's words for that there is none. */
async function evaluate({ RED, t, foreign }, node, type, value, msg, own = t('given.noValue')) {
    try {
        return await new Promise((resolve, reject) => {
            RED.util.evaluateNodeProperty(value, type, node, msg, (error, result) => (error ? reject(error) : resolve(result)));
        });
    } catch (error) {
        throw new Error(foreign(own, error.message));
    }
}

function messageProperty({ RED, t, foreign }, msg, property) {
    try {
        return RED.util.getMessageProperty(msg, property);
    } catch (error) {
        if (error instanceof TypeError) {
            return undefined; // an object on its path does not exist
        }
        throw new Error(foreign(t('given.noValue'), error.message));
    }
}

/** A file, which the module asks for when it needs it. */
class GivenFile {
    /** `file`: its bytes or its path. */
    constructor(file) {
        this.file = file;
    }
}

/** As Node-RED's own file nodes find it, and with the same rights. */
function fileAt({ RED, t }, place) {
    if (place === undefined) {
        return undefined;
    }
    if (typeof place !== 'string' || place.trim() === '') {
        throw new Error(t('given.pathIsNoText'));
    }
    return new GivenFile(path.resolve(RED.settings.fileWorkingDirectory ?? '', place));
}

async function readField(host, node, field, config, msg) {
    const value = config[field.property];
    const type = config[`${field.property}_type`];
    switch (type) {
        case undefined: // a flow written before the module had this input
        case 'unset':
            return undefined;
        case 'null':
            return null;
        case 'constant':
            return parseConstant(host, field, value);
        case 'env': {
            const text = await evaluate(host, node, type, value, msg);
            return text === undefined || text === '' ? undefined : parseConstant(host, field, text);
        }
        case 'file':
            return fileAt(host, value);
        case 'msgFile':
            return fileAt(host, messageProperty(host, msg, value));
        case 'msg':
            return messageProperty(host, msg, value);
        default:
            return evaluate(host, node, type, value, msg);
    }
}

/** Bytes of a media field are its file. */
const asFile = (field, value) => (field.kind === 'media' && value instanceof Uint8Array ? new GivenFile(value) : value);

/**
 * The input of a run, the files that are attached to it, by name, and the warnings that belong beside its output. A field whose
 * message property or context key does not exist is left out, so that the schema's default applies, or the module reports it
 * as missing. So is a field that applies only to another value of another field. `earlier`: the input of the run that the
 * message goes on with, whose file may be gone by now.
 */
async function readInputs(host, node, { form: { fields }, descriptor }, config, msg, earlier = {}) {
    const { t } = host;
    const given = {};
    const attached = {};
    for (const field of fields) {
        let value;
        try {
            value = asFile(field, await readField(host, node, field, config, msg));
        } catch (error) {
            throw new Error(t('given.field', { label: field.label, reason: error.message }));
        }
        if (value instanceof GivenFile) {
            const digest = await digestOf(value.file);
            const name = attachmentName(field.name, digest);
            const isGone = digest === null && isReference(earlier[field.name]);
            attached[name] = value.file;
            given[field.name] = isGone ? earlier[field.name] : referenceTo(name);
        } else if (value !== undefined) {
            given[field.name] = value;
        }
    }
    const saysNothing = (label, text) => t('given.saysNothing', { label, text });
    const { input, warnings } = readGiven(descriptor.inputSchema, given, saysNothing);
    for (const field of fields.filter((candidate) => candidate.onlyFor)) {
        const other = fields.find((candidate) => candidate.name === field.onlyFor.name);
        if (!field.onlyFor.values.includes(input[other.name] ?? other.default)) {
            delete input[field.name];
        }
    }
    return { input, attached, warnings };
}

/** The connection object of a configuration node: empty fields are left out, so that their defaults apply. */
function readConnection(host, fields, config, credentials = {}) {
    const { t } = host;
    const connection = {};
    for (const field of fields) {
        const value = field.secret ? credentials[field.property] : config[field.property];
        if (value === undefined || value === null || value === '') {
            continue;
        }
        try {
            connection[field.name] = parseConstant(host, field, value);
        } catch (error) {
            const reason = field.secret ? t('given.secret') : error.message;
            throw new Error(t('given.connection', { label: field.label, reason }));
        }
    }
    return connection;
}

module.exports = { evaluate, readInputs, readConnection };
