'use strict';
// What the editor asks the runtime for: with users and permissions, and with modules that cannot be used.
const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NodeRed } = require('./support/node_red');
const { exampleModule } = require('./support/places');
const { connectionTo } = require('./support/flows');

// "password", as node-red admin hash-pw writes it
const user = (username, permissions) => ({
    username,
    password: '$2b$08$bia8bKd34q5bVv0UAd7tN.0wlpl9pcA3851ddtAHtW.kf64vg.uy6',
    permissions,
});

let nodeRed;
let server;
before(async () => {
    server = await new JobServer().start();
    nodeRed = await new NodeRed({
        more: {
            adminAuth: { type: 'credentials', users: [user('admin', '*'), user('reader', 'read')] },
            workflowNodes: {
                modules: [path.join(path.dirname(exampleModule), 'module_of_another_abi.so'), '/no/such/module.so', exampleModule],
            },
        },
    }).start();
});
after(async () => {
    await nodeRed?.remove();
    await server?.end();
});

async function tokenOf(username) {
    const body = { client_id: 'node-red-admin', grant_type: 'password', scope: '', username, password: 'password' };
    const { access_token } = await nodeRed.request('POST', '/auth/token', body);
    return { authorization: `Bearer ${access_token}` };
}

const status = async (method, route, headers = {}, body) =>
    (await fetch(nodeRed.url + route, { method, headers: { 'content-type': 'application/json', ...headers }, body })).status;

test('a module that cannot be used is named in the log, and the others are there', { timeout: 60000 }, async () => {
    assert.match(nodeRed.output, /\[error\] \[workflow-nodes\] A module of settings\.js was left out\. .*module_of_another_abi/);
    assert.match(nodeRed.output, /\[error\] \[workflow-nodes\] A module of settings\.js was left out\. .*\/no\/such\/module\.so/);
    const types = await nodeRed.request('GET', '/workflow-nodes/types', undefined, await tokenOf('reader'));
    assert.deepEqual(types.nodes.map((node) => node.type), ['image_to_video', 'echo', 'slow_echo']);
    assert.deepEqual(types.nodes.map(({ category }) => category), ['video', 'Examples', 'Examples']);
    assert.deepEqual(types.nodes.map(({ price }) => price?.includes('4 credits') ?? null), [true, null, null]);
});

test('types and previews need a user, icons do not', { timeout: 60000 }, async () => {
    assert.equal(await status('GET', '/workflow-nodes/types'), 401);
    assert.equal(await status('GET', '/workflow-nodes/previews'), 401);
    assert.equal(await status('GET', '/workflow-nodes/icons/echo.svg'), 200);
    assert.equal(await status('GET', '/workflow-nodes/icons/other.svg'), 404);
    assert.equal(await status('GET', '/workflow-nodes/types', await tokenOf('reader')), 200);
});

test('a reader may not test a connection', { timeout: 60000 }, async () => {
    const route = '/workflow-nodes/connections/pixelml/test';
    assert.equal(await status('POST', route, await tokenOf('reader'), '{}'), 401);
    assert.equal(await status('POST', route, await tokenOf('admin'), '{}'), 200);
});

test('the test takes the stored key where the form has none, and submits nothing', { timeout: 60000 }, async () => {
    const admin = await tokenOf('admin');
    await nodeRed.request('POST', '/flows', [connectionTo(server.url)], admin);
    const ask = (more) =>
        nodeRed.request('POST', '/workflow-nodes/connections/pixelml/test', {
            id: 'connection',
            values: { connection_base_url: server.url, connection_allow_insecure_loopback: true },
            secrets: { api_key: '__PWRD__' },
            ...more,
        }, admin);
    const right = await ask({});
    assert.deepEqual([right.ok, right.text], [true, 'The service answers and takes the key. Nothing was submitted, and nothing was paid.']);
    assert.equal((await ask({ id: 'another' })).ok, false);
    server.apiKey = 'another';
    const refused = await ask({});
    server.apiKey = null;
    assert.equal(refused.ok, false);
    assert.match(refused.text, /^The test failed: PixelML does not accept the API key.*\(HTTP 401\)\. Check your PixelML connection/);
    assert.ok(!refused.text.includes('a-secret-key'));
    const wrong = await ask({ values: { connection_base_url: 'http://example.com' } });
    assert.equal(wrong.ok, false);
    assert.match(wrong.text, /"Base URL"/);
    await server.end();
    const away = await ask({});
    assert.equal(away.ok, false);
    assert.match(away.text, /^The test failed: .*cannot be connected to \(Connection refused\)/);
    assert.equal(server.jobs.size, 0);
});
