// The package built with a module in plain C: it has no manifest, and its nodes need no account or bring no file.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { buildPackage, loadTypes } from './support/built_package.mjs';
import { build, temporaryDirectory } from './support/places.mjs';

const directory = temporaryDirectory();
const folder = path.join(directory, 'package');
process.env.N8N_USER_FOLDER = directory;
let types;
before(() => {
    buildPackage(path.join(build, 'tests', 'abi', 'example_module', 'example_module.so'), folder);
    types = loadTypes(folder);
}, { timeout: 60_000 });
after(() => fs.rmSync(directory, { recursive: true, force: true }));

test('the types have what their nodes can do', () => {
    const { nodes, credentials } = types;
    assert.deepEqual(nodes.map(({ description }) => description.name), ['echo', 'slowEcho']);
    const [echo, slowEcho] = nodes.map(({ description }) => description);
    assert.equal(echo.credentials, undefined);
    assert.deepEqual(echo.properties[0].options.map(({ value }) => value), ['generate'], 'it cannot be gone on with');
    assert.deepEqual(slowEcho.credentials[0].name, 'echoServiceApi');
    assert.equal(credentials[0].name, 'echoServiceApi');
    assert.ok(!slowEcho.properties.some(({ name }) => name === 'download'));
});
