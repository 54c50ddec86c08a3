'use strict';
// The MCP App that shows a run in a chat, as a resource.
const fs = require('node:fs');
const path = require('node:path');
const { appUri } = require('./node_tool');

const mimeType = 'text/html;profile=mcp-app';

/** `origins()`: from where the app may show files. */
function appResource({ origins }) {
    const text = fs.readFileSync(path.join(__dirname, '..', 'app', 'run.html'), 'utf8');
    return {
        definition: { uri: appUri, name: 'run_app', title: 'A run, as it is shown in a chat', mimeType },
        contents() {
            const resourceDomains = origins();
            return [{ uri: appUri, mimeType, text, _meta: { ui: { csp: { resourceDomains }, prefersBorder: true } } }];
        },
    };
}

module.exports = { appResource };
