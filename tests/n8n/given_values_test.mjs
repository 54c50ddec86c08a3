// What the package makes of what a flow gives it, of a video that cannot be downloaded, and which certificates the credential's test trusts.
// Needs no n8n.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { repository, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const dist = path.join(repository, 'hosts', 'n8n', 'dist');
const directory = temporaryDirectory();
process.env.N8N_USER_FOLDER = directory;
process.env.IMAGE_TO_VIDEO_KEEP_HOURS = '1';
const { ImageToVideo } = require(path.join(dist, 'nodes', 'ImageToVideo', 'ImageToVideo.node.js'));
const { fetchMedia, MediaTooLarge } = require(path.join(dist, 'lib', 'media_file.js'));
const { checkCredential } = require(path.join(dist, 'lib', 'check_credential.js'));
const { textOfRunKey } = require(path.join(dist, 'lib', 'collect_run.js'));
const { worker } = require(path.join(dist, 'lib', 'worker.js'));

const video = Buffer.alloc(50_000, 'video');
const asked = []; // the paths of videos

/** Videos come as their paths say. */
function sendVideo({ url }, response) {
    asked.push(url);
    const [, , name] = url.split(/[/?]/);
    const tries = asked.filter((one) => one === url).length;
    const headers = { 'Content-Type': 'video/mp4', 'Content-Length': video.length };
    if (name === 'cut' || (name === 'second' && tries === 1)) {
        response.writeHead(200, headers);
        response.write(video.subarray(0, 20_000), () => response.destroy());
    } else if (name === 'empty') {
        response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': 0 }).end();
    } else if (name === 'page') {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><p>Sign in');
    } else if (name === 'disguised') {
        response.writeHead(200, { 'Content-Type': 'video/mp4' }).end('\n <html><p>Sign in');
    } else if (name === 'missing') {
        response.writeHead(404).end();
    } else {
        response.writeHead(200, headers).end(video);
    }
}

const server = new JobServer({
    renderMs: () => 100,
    videoOf: ({ input }) => `${server.url}/videos/${/video: (\w+)/.exec(input.prompt)?.[1] ?? 'whole'}`,
    sendVideo,
});
const lastInput = () => [...server.jobs.values()].at(-1).input;

/** As n8n's helper answers: a stream, and an error for a status that is none of success. */
function httpRequest({ url, abortSignal }) {
    return new Promise((resolve, reject) => {
        const request = http.get(url, { signal: abortSignal }, (response) => {
            if (response.statusCode < 300) {
                resolve({ body: response, headers: response.headers });
            } else {
                response.resume();
                reject(new Error(`Request failed with status code ${response.statusCode}`));
            }
        });
        request.on('error', reject);
    });
}

async function prepareBinaryData(stream, fileName, mimeType) {
    const chunks = [];
    for await (const chunk of stream) {
        chunks.push(chunk);
    }
    return { fileName, mimeType, data: Buffer.concat(chunks).toString('base64') };
}

const helpers = { httpRequest, prepareBinaryData };
let executions = 0;

function contextOf(parameters) {
    const values = {
        operation: 'generate', prompt: 'Slow zoom in', image: 'https://example.com/photo.png', negative_prompt: '', model: 'Pixel M',
        size: 'Landscape HD (16:9)', prompt_optimizer: true, options: {}, download: false, binaryPropertyName: 'data', ...parameters,
    };
    const executionId = String(++executions);
    return {
        getInputData: () => [{ json: {} }],
        getNodeParameter: (name, _item, otherwise) => (name in values ? values[name] : otherwise),
        getCredentials: async () => ({ api_key: 'key', base_url: server.url, allow_insecure_loopback: true }),
        getExecutionId: () => executionId,
        getWorkflowDataProxy: () => ({ $runIndex: 0 }),
        getNode: () => ({ id: 'node', name: 'Image to Video', type: 'imageToVideo', typeVersion: 2, position: [0, 0], parameters: {} }),
        getNodeOutputs: () => [{ type: 'main' }],
        getWorkflow: () => ({ id: 'workflow' }),
        getMode: () => 'trigger',
        getExecutionCancelSignal: () => undefined,
        continueOnFail: () => true,
        helpers,
    };
}

async function made(parameters) {
    const [[item]] = await new ImageToVideo().execute.call(contextOf(parameters));
    return item;
}

before(async () => {
    await server.start();
});
after(async () => {
    await worker.session.close();
    await server.end();
    fs.rmSync(directory, { recursive: true, force: true });
});

describe('a download that fails', { concurrency: true }, () => {
    for (const [kind, reason] of [
        ['cut', /aborted|cut off/],
        ['empty', /empty/],
        ['page', /web page/],
        ['disguised', /web page/],
        ['missing', /404/],
    ]) {
        test(`${kind}: the item has the video's URL, its names and a warning`, async () => {
            const { json, binary } = await made({ download: true, prompt: `video: ${kind}`, options: { runKey: `key of ${kind}` } });
            assert.equal(json.error, undefined, JSON.stringify(json.error));
            assert.equal(json.video, `${server.url}/videos/${kind}`);
            assert.match(json.job_id, /^job_/);
            assert.equal(json.run_key, `key of ${kind}`);
            assert.equal(binary, undefined);
            assert.equal(json.warnings.at(-1).code, 'video_not_downloaded');
            assert.match(json.warnings.at(-1).message, reason);
            assert.equal(asked.filter((url) => url === `/videos/${kind}`).length, 3);
        });
    }

    test('once only: the file is there, and no warning', async () => {
        const { json, binary } = await made({ download: true, prompt: 'video: second' });
        assert.equal(Buffer.from(binary.data.data, 'base64').length, video.length);
        assert.equal(json.warnings, undefined);
    });

    test('a video that is too large is not asked for again', async () => {
        const url = `${server.url}/videos/large`;
        await assert.rejects(fetchMedia({ helpers }, { name: 'video', kind: 'video', url }, 1000, undefined), MediaTooLarge);
        assert.equal(asked.filter((one) => one === '/videos/large').length, 1);
    });

    test('a cancelled execution does not wait for the next try', async () => {
        const cancel = new AbortController();
        const media = { name: 'video', kind: 'video', url: `${server.url}/videos/empty?cancelled` };
        const fetched = fetchMedia({ helpers }, media, 1e6, cancel.signal);
        setTimeout(() => cancel.abort(new Error('cancelled in the editor')), 200);
        await assert.rejects(fetched, /cancelled|aborted/);
    });
});

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
