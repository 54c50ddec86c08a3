'use strict';
// The MCP App that shows a run in a chat, as a resource.
const fs = require('node:fs');
const path = require('node:path');
const { filesOf } = require('./answers');
const { appUri } = require('./node_tool');

const mimeType = 'text/html;profile=mcp-app';

const mostOrigins = 20;

/** From where runs have had their files. A host shows an app nothing of elsewhere; the first of its kind comes through the server. */
function originsOf(runs, nodes) {
    const byId = new Map(nodes.map((node) => [node.descriptor.actionId, node]));
    const done = runs.filter(({ record: { node, ending } }) => byId.has(node) && ending?.output);
    const files = done.flatMap(({ record: { node, ending } }) => filesOf(byId.get(node), ending.output));
    return [...new Set(files.map(({ url }) => new URL(url).origin))].slice(0, mostOrigins);
}

/** In one file: hosts show it without an address of its own. */
function page() {
    const part = (name) => fs.readFileSync(path.join(__dirname, '..', 'app', name), 'utf8');
    return part('run.html')
        .replace('<link rel="stylesheet" href="run.css">', () => `<style>\n${part('run.css')}</style>`)
        .replace('<script type="module" src="run.js"></script>', () => `<script type="module">\n${part('run.js')}</script>`);
}

/** `origins(owner)`: from where the app may show files. */
function appResource({ origins }) {
    const text = page();
    return {
        definition: { uri: appUri, name: 'run_app', title: 'A run, as it is shown in a chat', mimeType },
        contents(owner) {
            const resourceDomains = origins(owner);
            return [{ uri: appUri, mimeType, text, _meta: { ui: { csp: { resourceDomains }, prefersBorder: true } } }];
        },
    };
}

module.exports = { appResource, originsOf };
