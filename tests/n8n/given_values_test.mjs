// What the package makes of what a flow gives it, and which certificates the credential's test trusts. Needs no n8n.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { directory, load, nodeAt } from './support/node_alone.mjs';

process.env.IMAGE_TO_VIDEO_KEEP_HOURS = '1';
const { checkCredential } = load('lib', 'check_credential.js');
const { textOfRunKey } = load('lib', 'collect_run.js');

const server = new JobServer({ renderMs: () => 100 });
const execute = nodeAt(server);
const lastInput = () => [...server.jobs.values()].at(-1).input;

const given = {
    prompt: 'Slow zoom in', image: 'https://example.com/photo.png', negative_prompt: '', model: 'Pixel M',
    size: 'Landscape HD (16:9)', prompt_optimizer: true,
};

async function made(parameters) {
    const [[item]] = await execute({ ...given, ...parameters });
    return item;
}

test('a run key may be a number', async () => {
    const { json } = await made({ options: { runKey: 42 } });
    assert.equal(json.run_key, '42');
    const collected = await made({ operation: 'collect', findBy: 'runKey', runKey: 42 });
    assert.equal(collected.json.video, json.video);
    assert.equal(textOfRunKey(0), '0');
});

test('inputs as sheets and agents give them', async () => {
    const { json } = await made({ model: '', size: '', prompt_optimizer: ' FALSE ' });
    assert.equal(json.error, undefined, JSON.stringify(json.error));
    const { model, size, prompt_optimizer: optimizer, negative_prompt: negative } = lastInput();
    assert.deepEqual({ model, size, optimizer, negative }, {
        model: 'Pixel M',
        size: 'Landscape HD (16:9)',
        optimizer: false,
        negative: null,
    });
    await made({ prompt_optimizer: '', model: '', size: 'Square HD (1:1)', negative_prompt: undefined });
    assert.equal(lastInput().prompt_optimizer, true);
    assert.equal(lastInput().size, 'Square HD (1:1)', 'the model is the one that has sizes');
    assert.equal(lastInput().negative_prompt ?? null, null);
});

test('a prompt that says "undefined" is a warning', async () => {
    const { json } = await made({ prompt: 'undefined' });
    assert.match(json.video, /videos/);
    assert.equal(json.warnings[0].code, 'input_says_nothing');
    assert.match(json.warnings[0].message, /^Prompt is the text "undefined"/);
});

test("the credential's test trusts the certificates that a run trusts", async () => {
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(directory, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
        '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const headers = [];
    const secure = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, (request, response) => {
        headers.push(request.headers.authorization);
        response.writeHead(404).end();
    });
    await new Promise((resolve) => secure.listen(0, 'localhost', resolve));
    const data = { api_key: ' key\n', base_url: `https://localhost:${secure.address().port} ` };
    const answerOf = (more = {}) => checkCredential({ data: { ...data, ...more } }, 'image_to_video');
    try {
        assert.match((await answerOf()).message, /self.signed/);
        assert.deepEqual([(await answerOf({ ca_file: certificate })).status, headers.at(-1)], ['OK', 'Bearer key']);
        assert.match((await answerOf({ ca_file: '/nowhere/ca.pem' })).message, /ca\.pem/);
    } finally {
        secure.closeAllConnections();
        secure.close();
    }
});
