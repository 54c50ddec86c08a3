'use strict';
// Flows of the import menu that take files and keep them, executed: only their connection and their folder are the test's.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { until } = require('../../../tests/support/waiting');
const { film } = require('./support/film');
const { connectionTo } = require('./support/flows');
const { NodeRed } = require('./support/node_red');
const { packageDirectory, photo, repository } = require('./support/places');

const binding = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
binding.files = { media_types: ['image/jpeg', 'image/png'], as: 'data_uri' };
const asDataUri = `data:image/jpeg;base64,${fs.readFileSync(photo).toString('base64')}`;

let server;
let nodeRed;
let folder;
before(async () => {
    server = await new JobServer({
        renderMs: () => 300,
        sendVideo: (request, response) => response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': film.length }).end(film),
    }).start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'videos-'));
    nodeRed = await new NodeRed({ env: { HOME: folder } }).start();
});
after(async () => {
    await nodeRed.remove();
    await server.end();
    fs.rmSync(folder, { recursive: true });
});

async function deploy(name, changed = {}) {
    server.jobs.clear();
    const flow = JSON.parse(fs.readFileSync(path.join(packageDirectory, 'examples', `${name}.json`), 'utf8'));
    const { id: _id, ...connection } = connectionTo(server.url, { connection_api_binding: JSON.stringify(binding) });
    const withTest = (node) => ({ ...node, ...(node.type === connection.type && connection), ...changed[node.type] });
    await nodeRed.deploy(flow.map(withTest));
}

const videos = () => fs.readdirSync(folder).filter((name) => name.endsWith('.mp4'));
const images = () => [...server.jobs.values()].map(({ input }) => input.image);

test('Upload a photo: its video is in the home folder', { timeout: 60000 }, async () => {
    await deploy('Upload a photo');
    assert.match(await (await fetch(`${nodeRed.url}/animate`)).text(), /type="file" name="photo"/);
    const body = new FormData();
    body.append('photo', new Blob([fs.readFileSync(photo)], { type: 'image/jpeg' }), 'photo.jpg');
    const answer = await fetch(`${nodeRed.url}/animate`, { method: 'POST', body });
    assert.match(await answer.text(), /Thank you/);
    await until(() => `the video; output:\n${nodeRed.output.slice(-2000)}`, () => videos().length === 1);
    assert.deepEqual(fs.readFileSync(path.join(folder, videos()[0])), film);
    assert.deepEqual(images(), [asDataUri]);
    fs.rmSync(path.join(folder, videos()[0]));
});

test('Watched folder: a photo gets its video beside it, once', { timeout: 120000 }, async () => {
    await deploy('Watched folder', { watch: { files: folder } });
    const file = path.join(folder, 'photo.jpg');
    const bytes = fs.readFileSync(photo);
    const copy = () => {
        fs.writeFileSync(file, bytes.subarray(0, 1000));
        fs.writeFileSync(file, bytes); // as a copy that takes a while
    };
    let copied = -Infinity;
    const look = () => {
        if (performance.now() - copied > 10000) {
            copy(); // again: the watch node begins to watch some time after the flows have started
            copied = performance.now();
        }
        return videos().length === 1;
    };
    await until(() => `the video; output:\n${nodeRed.output.slice(-2000)}`, look, 60000);
    assert.deepEqual(fs.readFileSync(path.join(folder, 'photo.mp4')), film);
    assert.deepEqual(images(), [asDataUri]);

    copy();
    await until('the refusal', () => /Nothing was submitted, because the file could not be kept/.test(nodeRed.output), 40000);
    assert.equal(server.jobs.size, 1);
});
