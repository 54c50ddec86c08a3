// What is the same call: of the same account, and for the same bytes to the service, however it is worded.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { exampleModule, pixelmlModule } from './support/places.mjs';

const require = createRequire(import.meta.url);
const part = (name) => require(`../../hosts/mcp/lib/${name}.js`);
const addon = require('../../hosts/mcp/native/addon');

const { Accounts } = part('accounts');
const { nodesOf } = part('catalogue');
const { readArguments, readVariation } = part('given_arguments');

const [video] = nodesOf(addon, [pixelmlModule]);
const echo = nodesOf(addon, [exampleModule]).find(({ descriptor }) => descriptor.connection !== null);

/** A node whose connection has that schema. */
const withSchema = (schema) => ({ ...echo, descriptor: { ...echo.descriptor, connection: { ...echo.descriptor.connection, schema } } });

function accountIn(node, connection) {
    const connections = new Map([[node.descriptor.connection.category, connection]]);
    return new Accounts({ nodes: [node], connections, secret: 's' }).nameOf(node);
}

test('an account is a service and the secrets, and no other option of the connection', () => {
    const account = (connection) => accountIn(video, connection);
    const plain = { api_key: 'k', base_url: 'https://one.example' };
    for (const more of [
        { job_timeout_ms: 900_000 }, { max_submits_per_hour: 5 }, { idempotent_submit: true }, { ca_file: '/ca.pem' }, { check_image: false },
        { proxy: 'http://user:password@127.0.0.1:3128' }, { storage: { bucket: 'b', access_key: 'a', secret_key: 's' } },
        { allow_insecure_loopback: true }, { api: 'pixelml' }, { api_secret: '' }, { api_key: ' k\n' }, { base_url: ' https://ONE.example/ ' },
    ]) {
        assert.equal(account({ ...plain, ...more }), account(plain), JSON.stringify(more));
    }
    for (const more of [{ api_key: 'l' }, { api_secret: 's' }, { api: 'kling' }, { base_url: 'https://two.example' }, { base_url: 'https://one.example/v2' }]) {
        assert.notEqual(account({ ...plain, ...more }), account(plain), JSON.stringify(more));
    }
    assert.equal(account({ api_key: 'k', base_url: '' }), account({ api_key: 'k' }));
    assert.equal(accountIn(echo, { api_key: 'k' }), accountIn(echo, { api_key: 'k', base_url: 'https://echo.example/' }), "the schema's default");
});

test('an account is all of a connection whose schema does not say what is secret', () => {
    for (const schema of [undefined, {}, { properties: { user: { type: 'string' } } }]) {
        assert.notEqual(accountIn(withSchema(schema), { user: 'a' }), accountIn(withSchema(schema), { user: 'b' }));
    }
    const token = withSchema({ properties: { token: { type: 'string', writeOnly: true }, region: { type: 'string' }, any: true } });
    assert.equal(accountIn(token, { token: 't', region: 'a' }), accountIn(token, { token: 't', region: 'b' }));
    assert.notEqual(accountIn(token, { token: 't' }), accountIn(token, { token: 'u' }));
});

test('a call that is worded otherwise is the same', () => {
    const accounts = new Accounts({ nodes: [video], connections: new Map(), secret: 's' });
    const askOf = ({ variation, ...given }) => {
        const { input, problem } = readArguments(video.form.fields, { prompt: 'Zoom', image: 'https://example.com/a.jpg', ...given });
        assert.equal(problem, null);
        assert.equal(input.prompt, given.prompt ?? 'Zoom', 'the node gets it as it was given');
        return accounts.askOf({ owner: 'o', node: video, input, variation: readVariation(variation) });
    };
    for (const more of [
        { model: 'Pixel M' }, { model: 'pixel_m' }, { size: 'Landscape HD (16:9)' }, { prompt_optimizer: true }, { prompt_optimizer: 'yes' },
        { negative_prompt: null }, { negative_prompt: '' }, { prompt: 'Zoom ' }, { prompt: '\nZoom' }, { image: '<https://example.com/a.jpg>' },
        ...[null, '', ' ', 'null', 'None', 'undefined', 'default', 'Default', 0, '0', false, 'false', 'no', 'n/a', '-', [], {}].map((variation) => ({ variation })),
    ]) {
        assert.equal(askOf(more), askOf({}), JSON.stringify(more));
    }
    for (const more of [
        { model: 'Pixel S' }, { prompt_optimizer: false }, { negative_prompt: 'rain' }, { prompt: 'Zoom in' }, { variation: 1 }, { variation: 'second' },
    ]) {
        assert.notEqual(askOf(more), askOf({}), JSON.stringify(more));
    }
    assert.equal(readVariation(' second\n'), readVariation('second'));
});
