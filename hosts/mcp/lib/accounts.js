'use strict';
// Which account at a service a node has, and a run began with.
const { meaningOf } = require('./given_arguments');
const { accountOf, askOf } = require('./run_names');

const services = ['api', 'base_url'];
/** Secrets of the way to a service, and of another service. */
const otherSecrets = ['proxy', 'storage'];

/** As modules read them: without white space around, and an empty text is none. */
function asRead(name, value) {
    const text = typeof value === 'string' ? value.trim() : value;
    return name === 'base_url' && URL.canParse(text) ? new URL(text).href.replace(/\/+$/, '') : text;
}

/**
 * What names the account, whatever else the connection says: a person may change that while a run is under way. All of
 * a connection whose schema names no secret.
 */
function identityOf(connection, schema) {
    const properties = schema?.properties ?? {};
    const secrets = Object.keys(properties).filter((name) => properties[name].writeOnly === true && !otherSecrets.includes(name));
    if (connection === null || secrets.length === 0) {
        return connection;
    }
    const valueOf = (name) => asRead(name, connection[name]) || asRead(name, properties[name]?.default);
    return Object.fromEntries([...services, ...secrets].map((name) => [name, valueOf(name)]));
}

class Accounts {
    #nodes; // by action id
    #connections; // by category
    #secret;

    constructor({ nodes, connections, secret }) {
        this.#nodes = new Map(nodes.map((node) => [node.descriptor.actionId, node]));
        this.#connections = connections;
        this.#secret = secret;
    }

    /** null: there is none. */
    connectionOf(node) {
        return node.descriptor.connection ? (this.#connections.get(node.descriptor.connection.category) ?? null) : null;
    }

    /** The name of the node's account, which says nothing of it. */
    nameOf(node) {
        return accountOf(this.#secret, identityOf(this.connectionOf(node), node.descriptor.connection?.schema));
    }

    /** The node of a run, if a module has it, and with the account that the run began with; otherwise why not: {node, obstacle}. */
    nodeOf({ record }) {
        const node = this.#nodes.get(record.node);
        if (node === undefined) {
            return { obstacle: `no module that the server has loaded has the node ${record.node}. Started with that module, it goes on by itself` };
        }
        if (record.account !== this.nameOf(node)) {
            return { obstacle: 'it began with another account. Started with the key that it began with, the server goes on with it by itself' };
        }
        return { node };
    }

    /** The name of what is asked: {owner, node, input, variation}. */
    askOf({ owner, node, input, variation }) {
        return askOf(this.#secret, {
            owner,
            module: node.module.name,
            node: node.descriptor.actionId,
            input: meaningOf(node.form.fields, input),
            account: this.nameOf(node),
            variation,
        });
    }
}

module.exports = { Accounts };
