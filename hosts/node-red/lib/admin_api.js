'use strict';
// What the editor asks for: the types to register, their icons, the latest videos, and the connection's test.
const { helpOf, connectionHelpOf, priceOf } = require('./help');
const { readConnection } = require('./inputs');
const { defaultLargest } = require('./kept_files');
const { testConnection } = require('./connection_test');
const { defaultGiveUpAfter, defaultWait, longestWait } = require('./operations');
const { defaultLimit, defaultRunsPerHour } = require('./workflow_node');

const unchangedSecret = '__PWRD__'; // the editor's placeholder for a stored credential

function editorTypes({ catalogue, t }) {
    const nodes = [...catalogue.nodes.values()].map((entry) => ({
        type: entry.type,
        title: entry.descriptor.title,
        category: entry.form.categories[0] ?? 'function',
        colour: entry.colour,
        fields: entry.form.fields,
        connection: entry.connection && { type: entry.connection.type, required: entry.connection.required },
        limit: defaultLimit,
        runsPerHour: defaultRunsPerHour,
        // Only a run that can be resumed can be collected.
        collecting: entry.descriptor.canResume ? { wait: defaultWait, longestWait, giveUpAfter: defaultGiveUpAfter } : null,
        keeping: entry.form.mediaOutputs.length > 0 ? { largest: defaultLargest } : null,
        price: priceOf(entry.form, t),
        help: helpOf(entry.descriptor, entry.form, t),
    }));
    const connections = [...catalogue.connections.values()].map((connection) => ({
        type: connection.type,
        category: connection.category,
        title: connection.name,
        fields: connection.fields,
        help: connectionHelpOf(connection, connection.fields, t),
    }));
    return { nodes, connections, sandbox: process.env.PIXELML_SANDBOX_URL ?? 'http://127.0.0.1:8788' };
}

/** The form's values; a secret that the form does not hold comes from the deployed node. */
function formValue(host, fields, { id, values = {}, secrets = {} }) {
    const stored = host.RED.nodes.getCredentials(id) ?? {};
    const known = Object.entries(secrets).map(([name, value]) => [name, value === unchangedSecret ? stored[name] : value]);
    return readConnection(host, fields, values, Object.fromEntries(known));
}

function addAdminApi(host) {
    const { RED, catalogue, previews } = host;
    const reads = RED.auth.needsPermission('workflow-nodes.read');
    const writes = RED.auth.needsPermission('workflow-nodes.write');

    RED.httpAdmin.get('/workflow-nodes/types', reads, (request, response) => response.json(editorTypes(host)));
    RED.httpAdmin.get('/workflow-nodes/previews', reads, (request, response) => response.json(previews.latest));
    RED.httpAdmin.get('/workflow-nodes/spending/:id', reads, (request, response) =>
        response.json({ text: RED.nodes.getNode(request.params.id)?.workflowNode?.spending ?? null }),
    );

    // Without a permission, as Node-RED's own icons: an <img> cannot send the editor's token.
    RED.httpAdmin.get('/workflow-nodes/icons/:type.svg', (request, response) => {
        const entry = catalogue.nodes.get(request.params.type);
        if (!entry) {
            response.sendStatus(404);
            return;
        }
        response.set('Content-Security-Policy', "script-src 'none'");
        response.type('image/svg+xml').send(entry.descriptor.iconSvg);
    });

    RED.httpAdmin.post('/workflow-nodes/connections/:category/test', writes, async (request, response) => {
        const entry = [...catalogue.nodes.values()].find((one) => one.connection?.category === request.params.category);
        if (!entry) {
            response.sendStatus(404);
            return;
        }
        try {
            const value = formValue(host, entry.connection.fields, request.body);
            response.json(await testConnection(host, entry, value));
        } catch (error) {
            response.json({ ok: false, text: error.message });
        }
    });
}

module.exports = { addAdminApi, editorTypes };
