// n8n's own MCP Client node calls the node as a tool of hosts/mcp. The package for n8n has no part in it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Child } from '../support/child.js';
import { JobServer } from '../support/job_server.js';

import { N8n, itemsOf } from './support/n8n.mjs';
import { repository, temporaryDirectory } from './support/places.mjs';
import { apiKey, workflow } from './support/workflows.mjs';

const token = 'the-token-of-this-n8n';
const service = new JobServer({ renderMs: () => 1500 });
const n8n = new N8n({ queue: false, install: () => {} });
let mcp;
let credential;
before(
    async () => {
        await service.start();
        const program = path.join(repository, 'hosts', 'mcp', 'workflow-node-mcp.js');
        const env = { PATH: process.env.PATH, PIXELML_API_KEY: apiKey, PIXELML_BASE_URL: service.url, WORKFLOW_NODE_MCP_TOKEN: token };
        mcp = new Child(process.execPath, [program, '--http', '0', '--state', temporaryDirectory()], { env });
        await n8n.start();
        credential = await n8n.rest('POST', '/credentials', { name: 'MCP', type: 'httpBearerAuth', data: { token } });
    },
    { timeout: 240_000 },
);
after(
    async () => {
        await n8n.end();
        await mcp?.end();
        await service.end();
    },
    { timeout: 60_000 },
);

const mcpClient = (url) => ({
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

test('the tool makes a video, and another execution with the same item finds it', { timeout: 120_000 }, async () => {
    const [url] = await mcp.says(/http:\/\/[0-9.:]+\/mcp/, 'the MCP server');
    await n8n.addWorkflow(workflow('mcp', [mcpClient(url)]));
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
