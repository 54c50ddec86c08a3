'use strict';
// Which account at a service a node has, and a run began with.
const { accountOf, askOf } = require('./run_names');

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
        return accountOf(this.#secret, this.connectionOf(node));
    }

    /** The node of a run, if a module has it, and with the account that the run began with; otherwise why not: {node, obstacle}. */
    nodeOf({ record }) {
        const node = this.#nodes.get(record.node);
        if (node === undefined) {
            return { obstacle: 'no module that was named has that node' };
        }
        return record.account === this.nameOf(node) ? { node } : { obstacle: 'it has another account' };
    }

    /** The name of what is asked: {owner, node, input, variation}. */
    askOf({ owner, node, input, variation }) {
        const { module, descriptor } = node;
        const connection = this.connectionOf(node);
        return askOf(this.#secret, { owner, module: module.name, node: descriptor.actionId, input, connection, variation });
    }
}

module.exports = { Accounts };
