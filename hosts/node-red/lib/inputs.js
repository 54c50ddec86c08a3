'use strict';
// A node's configured fields and a message, made into the input of one run.
const { readGiven } = require('../native/durable/given_input');
const { parseConstant } = require('./form');

function evaluate(RED, node, type, value, msg) {
    return new Promise((resolve, reject) => {
        RED.util.evaluateNodeProperty(value, type, node, msg, (error, result) => (error ? reject(error) : resolve(result)));
    });
}

async function readField(RED, node, field, config, msg) {
    const value = config[field.property];
    const type = config[`${field.property}_type`];
    switch (type) {
        case undefined: // a flow written before the module had this input
        case 'unset':
            return undefined;
        case 'null':
            return null;
        case 'constant':
            return parseConstant(field, value);
        case 'env': {
            const text = await evaluate(RED, node, type, value, msg);
            return text === undefined || text === '' ? undefined : parseConstant(field, text);
        }
        case 'msg':
            try {
                return RED.util.getMessageProperty(msg, value);
            } catch (error) {
                if (error instanceof TypeError) {
                    return undefined; // an object on its path does not exist
                }
                throw error;
            }
        default:
            return evaluate(RED, node, type, value, msg);
    }
}

/**
 * The input of a run, and the warnings that belong beside its output. A field whose message property or context key does not
 * exist is left out, so that the schema's default applies, or the module reports it as missing. So is a field that applies
 * only to another value of another field.
 */
async function readInputs(RED, node, { form: { fields }, descriptor }, config, msg) {
    const given = {};
    for (const field of fields) {
        let value;
        try {
            value = await readField(RED, node, field, config, msg);
        } catch (error) {
            throw new Error(`${field.label} could not be read (${error.message}). Correct the field in the node.`);
        }
        if (value !== undefined) {
            given[field.name] = value;
        }
    }
    const { input, warnings } = readGiven(descriptor.inputSchema, given);
    for (const field of fields.filter((candidate) => candidate.onlyFor)) {
        const other = fields.find((candidate) => candidate.name === field.onlyFor.name);
        if (!field.onlyFor.values.includes(input[other.name] ?? other.default)) {
            delete input[field.name];
        }
    }
    return { input, warnings };
}

/** The connection object of a configuration node: empty fields are left out, so that their defaults apply. */
function readConnection(fields, config, credentials = {}) {
    const connection = {};
    for (const field of fields) {
        const value = field.secret ? credentials[field.property] : config[field.property];
        if (value === undefined || value === null || value === '') {
            continue;
        }
        try {
            connection[field.name] = parseConstant(field, value);
        } catch (error) {
            const shown = field.secret ? 'it cannot be read' : error.message;
            throw new Error(`${field.label}: ${shown}. Correct it in the connection.`);
        }
    }
    return connection;
}

module.exports = { readInputs, readConnection };
