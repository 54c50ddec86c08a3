// The package for n8n as the build makes it for another module, and its nodes executed without n8n.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

import { repository } from './places.mjs';

const require = createRequire(import.meta.url);
export const scripts = path.join(repository, 'hosts', 'n8n', 'scripts');

const { WORKFLOW_NODE_ADDON: addon } = process.env;
delete process.env.WORKFLOW_NODE_ADDON; // each package loads the addon that it has

/** `folder`: where to; none: the build's own choice. */
export function buildPackage(module, folder) {
    const env = { ...process.env, ...(addon && { WORKFLOW_NODE_ADDON: addon }), WORKFLOW_NODE_MODULE: module };
    const args = [path.join(scripts, 'build.js'), ...(folder ? [folder] : [])];
    execFileSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** As n8n loads a package: the files that its package.json lists, each with the class that the file is named after. */
export function loadTypes(folder) {
    const { n8n } = require(path.join(folder, 'package.json'));
    const load = (file) => {
        const name = path.basename(file).split('.')[0];
        const Type = require(path.join(folder, file))[name];
        return new Type();
    };
    return { nodes: n8n.nodes.map(load), credentials: n8n.credentials.map(load), files: n8n.nodes };
}

/** What n8n's helpers do of that which they are asked for here. */
export const helpers = {
    httpRequest: ({ url, headers, abortSignal }) =>
        new Promise((resolve, reject) => {
            const request = http.get(url, { headers, signal: abortSignal }, (body) => {
                resolve({ body, headers: body.headers, statusCode: body.statusCode });
            });
            request.on('error', reject);
        }),
    prepareBinaryData: async (stream, fileName, mimeType) => {
        const chunks = [];
        for await (const chunk of stream) {
            chunks.push(chunk);
        }
        const data = Buffer.concat(chunks);
        return { fileName, mimeType, size: data.length, data: data.toString('base64') };
    },
    binaryToBuffer: async (stream) => Buffer.concat(await stream.toArray()),
};

let executions = 0;

/**
 * What n8n gives to a node. What the form leaves alone has the default of the type; a function is an expression, of the item.
 * `credentials`: by their type, those that the user has chosen for the node. `outputs`: the names of the node's outputs. `binary`:
 * that of each item. `keeping`: more helpers, of what n8n keeps elsewhere. `mode`: of the execution.
 */
export function contextOf({ description }, parameters, more = {}) {
    const { credentials = {}, executionId = String(++executions), items = [{}], outputs = ['main'], binary, keeping, mode = 'trigger' } = more;
    const { name: type, properties } = description;
    const defaults = Object.fromEntries(properties.map(({ name, default: value }) => [name, value]));
    const values = { ...defaults, ...parameters };
    const chosen = Object.fromEntries(Object.keys(credentials).map((name) => [name, { id: '1', name }]));
    const assertBinaryData = (_item, parameter) => {
        const file = typeof parameter === 'string' ? binary?.[parameter] : parameter;
        if (file === undefined) {
            throw new Error(`The item has no binary field '${parameter}'`);
        }
        return file;
    };
    const node = { id: `node of ${type}`, name: type, type, typeVersion: 1, position: [0, 0], parameters: {}, credentials: chosen };
    return {
        getInputData: () => items.map((json) => ({ json, ...(binary && { binary }) })),
        getNodeParameter: (name, item, otherwise) => {
            const value = name in values ? values[name] : otherwise;
            return typeof value === 'function' ? value(items[item]) : value;
        },
        getCredentials: async (name) => {
            if (!(name in credentials)) {
                throw new Error('Node does not require credentials'); // as n8n says it
            }
            return credentials[name];
        },
        getExecutionId: () => executionId,
        getWorkflowDataProxy: () => ({ $runIndex: 0 }),
        getNode: () => node,
        getNodeOutputs: () => outputs.map((name) => ({ type: 'main', ...(name === 'error' && { category: 'error' }) })),
        getWorkflow: () => ({ id: 'workflow' }),
        getMode: () => mode,
        getExecutionCancelSignal: () => undefined,
        continueOnFail: () => true,
        helpers: { ...helpers, assertBinaryData, ...keeping },
    };
}
