'use strict';
// Registers a Node-RED node for every node of every module of workflow nodes: the modules in native/modules, and those that
// `workflowNodes.modules` in settings.js names.
const path = require('node:path');
const addon = require('./native/addon');
const { bundledModules } = require('./native/durable/bundled_modules');
const { addAdminApi } = require('./lib/admin_api');
const { Catalogue } = require('./lib/catalogue');
const { registerConnectionNode } = require('./lib/connection_node');
const { FlowRuns } = require('./lib/flow_runs');
const { Previews } = require('./lib/previews');
const { RunStore } = require('./lib/run_store');
const { Spending } = require('./lib/spending');
const { Sessions } = require('./native/durable/sessions');
const { registerWorkflowNode } = require('./lib/workflow_node');
const { wordsOf } = require('./lib/words');

const logMethods = { trace: 'trace', debug: 'debug', info: 'info', warning: 'warn', error: 'error' };

/** Node-RED keeps the types of a package that its palette has removed, so there is no second time in one process. */
function registerTypes(host) {
    const { connections, nodes } = host.catalogue;
    try {
        for (const connection of connections.values()) {
            registerConnectionNode(host, connection);
        }
        for (const entry of nodes.values()) {
            registerWorkflowNode(host, entry);
        }
    } catch (error) {
        throw new Error(host.t('notRegistered', { text: error.message }));
    }
}

module.exports = function workflowNodes(RED) {
    const settings = RED.settings.workflowNodes ?? {};
    const log = (level, text) => RED.log[logMethods[level] ?? 'info'](`[workflow-nodes] ${text}`);
    const { language, t, foreign } = wordsOf(RED);

    // A module may have a language that this package has not.
    const catalogue = new Catalogue(RED.settings.lang || language, { t, foreign });
    for (const file of bundledModules(path.join(__dirname, 'native', 'modules'))) {
        catalogue.add(addon, file);
    }
    for (const file of settings.modules ?? []) {
        try {
            catalogue.add(addon, path.resolve(file));
        } catch (error) {
            log('error', `A module of settings.js was left out. ${error.message}`); // the other nodes still work
        }
    }

    // Where no log of Node-RED's is at "trace", the module makes no such lines.
    const traces = Object.values(RED.settings.logging ?? {}).some((handler) => handler?.level === 'trace');
    const logLevel = traces ? 'trace' : 'debug';
    const sessions = new Sessions({ host: { name: 'node-red', version: RED.version() }, log, logLevel });
    const host = { RED, t, foreign, catalogue, sessions, previews: new Previews(RED), spending: new Spending() };
    registerTypes(host);
    // Not before: what Node-RED refuses must not act on the flows.
    const store = new RunStore(settings.runsDirectory ?? path.join(RED.settings.userDir, 'workflow-nodes', 'runs'));
    host.flowRuns = new FlowRuns({ RED, store, sessions, log, t });
    addAdminApi(host);
};
