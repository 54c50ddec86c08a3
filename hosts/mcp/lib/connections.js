'use strict';
// The accounts at services, from files or from the environment, by the names that workflow-node has for the variables.
const fs = require('node:fs');

const fromEnvironment = { api_key: '_API_KEY', base_url: '_BASE_URL', api: '_API', api_secret: '_API_SECRET' };
const always = ['api_key', 'base_url'];

const prefixOf = (category) => category.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/** Some clients pass on "${NAME}" as it is where they have no such variable. */
const isUnfilled = (value) => /^\$\{[^}]*\}$/.test(value);

/** null: the environment has neither a key nor a URL. */
function connectionFromEnvironment({ category, schema }, environment) {
    const known = schema?.properties ?? {};
    const connection = {};
    for (const [member, suffix] of Object.entries(fromEnvironment)) {
        const value = environment[prefixOf(category) + suffix];
        if (value && !isUnfilled(value) && (always.includes(member) || member in known)) {
            connection[member] = value;
        }
    }
    if (connection.api_key === undefined && connection.base_url === undefined) {
        return null;
    }
    if (connection.base_url?.startsWith('http://') && 'allow_insecure_loopback' in known) {
        connection.allow_insecure_loopback = true; // such a URL can only mean this machine
    }
    return connection;
}

/** What a person is to set. */
const variablesOf = ({ category }) => `${prefixOf(category)}_API_KEY`;

function connectionInFile(file) {
    let connection;
    try {
        connection = JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch (error) {
        // JSON.parse shows some of the text, which is secret.
        throw new Error(`The connection's file ${file} ${error.code ? `cannot be read: ${error.code}` : 'is not JSON'}.`);
    }
    if (typeof connection !== 'object' || connection === null || Array.isArray(connection)) {
        throw new Error(`The connection's file ${file} has no JSON object.`);
    }
    return connection;
}

/**
 * category -> connection. `files`: those of --connection, "FILE" or "CATEGORY=FILE"; a file without a category is for
 * the only one that there is.
 */
function connectionsOf(nodes, files, environment) {
    const descriptions = new Map();
    for (const { descriptor } of nodes.filter((node) => node.descriptor.connection)) {
        descriptions.set(descriptor.connection.category, descriptor.connection);
    }
    const connections = new Map();
    for (const given of files) {
        const [, category, file] = /^([^=/]+)=(.+)$/.exec(given) ?? [];
        if (category !== undefined && !descriptions.has(category)) {
            throw new Error(`No node has a connection ${category}; there are: ${[...descriptions.keys()].join(', ') || 'none'}.`);
        }
        if (category === undefined && descriptions.size !== 1) {
            throw new Error(`Say which connection ${given} is: ${[...descriptions.keys()].map((name) => `${name}=FILE`).join(', ')}.`);
        }
        connections.set(category ?? [...descriptions.keys()][0], connectionInFile(file ?? given));
    }
    for (const [category, description] of descriptions) {
        if (!connections.has(category)) {
            const connection = connectionFromEnvironment(description, environment);
            if (connection !== null) {
                connections.set(category, connection);
            }
        }
    }
    return connections;
}

module.exports = { connectionFromEnvironment, connectionsOf, variablesOf };
