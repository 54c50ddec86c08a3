// n8n's own MCP Client node calls the node as a tool of hosts/mcp. The package for n8n has no part in it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { JobServer } from '../support/job_server.js';

import { N8n, itemsOf } from './support/n8n.mjs';
import { repository, temporaryDirectory } from './support/places.mjs';
import { apiKey, workflow } from './support/workflows.mjs';

const token = 'the-token-of-this-n8n';

/** {service, url: of the MCP server} */
async function startServer(t) {
    const service = await new JobServer({ renderMs: () => 1500 }).start();
    t.after(() => service.end());
    const program = path.join(repository, 'hosts', 'mcp', 'workflow-node-mcp.js');
    const env = { PATH: process.env.PATH, PIXELML_API_KEY: apiKey, PIXELML_BASE_URL: service.url, WORKFLOW_NODE_MCP_TOKEN: token };
    const mcp = new Child(process.execPath, [program, '--http', '0', '--state', temporaryDirectory()], { env });
    t.after(() => mcp.end());
    const [url] = await mcp.says(/http:\/\/[0-9.:]+\/mcp/, 'the MCP server');
    return { service, url };
}

const mcpClient = (url, credential) => ({
    id: 'mcp',
    name: 'MCP Client',
    type: '@n8n/n8n-nodes-langchain.mcpClient',
    typeVersion: 1,
    position: [400, 0],
    parameters: {
        serverTransport: 'httpStreamable',
        endpointUrl: url,
        authentication: 'bearerAuth',
        tool: { __rl: true, mode: 'id', value: 'image_to_video' },
        inputMode: 'json',
        jsonInput: '={{ JSON.stringify({ prompt: $json.prompt, image: $json.image, negative_prompt: "" }) }}',
        options: {},
    },
    credentials: { httpBearerAuth: { id: credential.id, name: credential.name } },
});

for (const major of [1, 2]) {
    test(`n8n ${major}: the tool makes a video, and another execution with the same item finds it`, { timeout: 300_000 }, async (t) => {
        const { service, url } = await startServer(t);
        const n8n = new N8n({ major, queue: false, install: () => {} });
        t.after(() => n8n.end());
        await n8n.start();
        const credential = await n8n.rest('POST', '/credentials', { name: 'MCP', type: 'httpBearerAuth', data: { token } });
        await n8n.addWorkflow(workflow('mcp', [mcpClient(url, credential)]));
        const items = ['One', 'Two'].map((prompt) => ({ prompt, image: `${service.url}/image` }));
        const outputs = async () => {
            const execution = await n8n.finished(await n8n.trigger('mcp', { items }));
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            return itemsOf(execution, 'MCP Client').map(({ json }) => json.content[1].text.output.video);
        };
        const videos = await outputs();
        assert.deepEqual(videos, [`${service.url}/videos/job_1.mp4`, `${service.url}/videos/job_2.mp4`]);
        assert.deepEqual(await outputs(), videos);
        assert.equal(service.jobs.size, 2);
    });
}
