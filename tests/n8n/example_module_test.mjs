// The package built with a module in plain C: it says nothing of forms, and its nodes need no account or bring no file.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { buildPackage, contextOf, loadTypes, scripts } from './support/built_package.mjs';
import { build, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const directory = temporaryDirectory();
const folder = path.join(directory, 'package');
process.env.N8N_USER_FOLDER = directory;
let types;
let worker;
before(() => {
    buildPackage(path.join(build, 'examples', 'module_c', 'example_module.so'), folder);
    types = loadTypes(folder);
    ({ worker } = require(path.join(folder, 'dist', 'lib', 'worker.js')));
}, { timeout: 60_000 });
after(async () => {
    await worker?.session.close();
    fs.rmSync(directory, { recursive: true, force: true });
});

async function itemOf(name, parameters, options) {
    const type = types.nodes.find(({ description }) => description.name === name);
    const [[item]] = await type.execute.call(contextOf(type, parameters, options));
    return item.json;
}

test('the types have what their nodes can do', () => {
    const { nodes, credentials } = types;
    assert.deepEqual(nodes.map(({ description }) => description.name), ['echo', 'slowEcho']);
    const [echo, slowEcho] = nodes.map(({ description }) => description);
    assert.equal(echo.credentials, undefined);
    assert.deepEqual(echo.properties[0].options.map(({ value }) => value), ['generate'], 'it cannot be gone on with');
    assert.deepEqual(slowEcho.credentials[0].name, 'echoServiceApi');
    assert.equal(credentials[0].name, 'echoServiceApi');
    assert.ok(!slowEcho.properties.some(({ name }) => name === 'download'));
    const noticesOf = ({ properties }) => properties.filter(({ type }) => type === 'notice').map(({ name }) => name);
    assert.deepEqual(noticesOf(slowEcho), ['holdingNotice'], 'a price that nobody knows is not shown');
    assert.deepEqual([noticesOf(echo), echo.outputs], [[], ['main']], 'there is no Collect to go to');
});

test('a node without an account runs', async () => {
    const { echo, error } = await itemOf('echo', { text: 'Hello' });
    assert.equal(error, undefined);
    assert.equal(echo.text, 'Hello');
});

describe('the connection of a node', () => {
    const parameters = { text: 'Hello', milliseconds: 0 };
    const credentials = { echoServiceApi: { api_key: 'wrong' } };

    test('that is required: without a credential, the error is that of n8n', async () => {
        const { error } = await itemOf('slowEcho', parameters);
        assert.match(error.message, /credentials/);
    });

    test('that is optional: the node runs with a credential and without', async () => {
        const { module } = worker;
        const descriptor = module.find('slow_echo');
        const optional = { ...descriptor, connection: { ...descriptor.connection, required: false } };
        Object.defineProperty(worker, 'module', { value: { find: () => optional, open: (options) => module.open(options) } });
        const { planOf, classOf } = require(path.join(scripts, 'node_source.js'));
        assert.match(classOf(planOf(optional, { name: 'echoServiceApi', service: 'Echo' })), /required: false/);
        const { echo, error } = await itemOf('slowEcho', parameters);
        assert.equal(error, undefined);
        assert.equal(echo.text, 'Hello');
        const refused = await itemOf('slowEcho', parameters, { credentials });
        assert.equal(refused.error.code, 'invalid_connection', 'the credential that is chosen is used');
    });
});

test("the credential's test: a module that cannot ask its service looks at the values", async () => {
    const { checkCredential } = require(path.join(folder, 'dist', 'lib', 'check_credential.js'));
    assert.deepEqual(await checkCredential({ data: { api_key: 'key' } }, 'slow_echo'), {
        status: 'OK',
        message: 'The values are valid. Whether the service accepts them shows at the first run.',
    });
    const { status, message } = await checkCredential({ data: { api_key: 'wrong' } }, 'slow_echo');
    assert.deepEqual([status, message], ['Error', 'Invalid Connection: The API key was refused. Check the API key.']);
});
