// Every kind of image through n8n itself, in one execution: what the service does not take is converted, a broken one costs nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { broken, cornersOf, makeImageKinds, upright } from '../support/image_kinds.js';
import { filesDescribed } from '../support/job_server.js';

import { itemsOf } from './support/n8n.mjs';
import { repository, temporaryDirectory } from './support/places.mjs';
import { Scenario } from './support/scenario.mjs';
import { credentialFor, imageToVideo, workflow } from './support/workflows.mjs';

const limits = { max_bytes: 1_000_000, max_side: 2000 };
const described = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
const binding = JSON.stringify({ ...described, files: { ...filesDescribed, ...limits } });

const readFiles = {
    id: 'read',
    name: 'Read Files',
    type: 'n8n-nodes-base.readWriteFile',
    typeVersion: 1,
    position: [300, 0],
    parameters: { operation: 'read', fileSelector: '={{ $json.files }}', options: {} },
};

const folder = temporaryDirectory();
let names;
before(async () => {
    names = await makeImageKinds(folder);
});
after(() => fs.rmSync(folder, { recursive: true }));

// n8n 1 keeps a small installation's files in the items.
for (const [major, mode] of [[1, 'default'], [2, 'filesystem']]) {
    test(`n8n ${major}, binary mode ${mode}`, { timeout: 240_000 }, async (t) => {
        const environment = {
            N8N_DEFAULT_BINARY_DATA_MODE: mode,
            N8N_AVAILABLE_BINARY_DATA_MODES: mode,
            N8N_RESTRICT_FILE_ACCESS_TO: folder,
        };
        const { n8n, server, end } = await sceneOf({ major, queue: false, environment });
        t.after(end);
        const started = performance.now();
        const execution = await n8n.finished(await n8n.trigger('kinds', { items: [{ files: `${folder}/*` }] }), 120_000);
        t.diagnostic(`n8n ${major}: ${names.length} images in ${((performance.now() - started) / 1000).toFixed(1)} s`);
        assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
        const failed = itemsOf(execution).map(({ json }) => json).filter(({ error }) => error);
        assert.deepEqual(failed.map(({ error }) => [error.code, error.charged]), broken.map(() => ['file_not_given', 'no']));
        const [bomb, damaged] = failed.map(({ error }) => error.message).sort();
        assert.match(bomb, /^bomb\.png has 100000 x 100000 pixels, which is too many; /);
        assert.match(damaged, /^broken\.jpg is damaged: /);
        const sent = [...server.jobs.values()].map(({ input }) => ({ name: input.prompt, image: uploadOf(server, input) }));
        assert.deepEqual(sent.map(({ name }) => name).sort(), names.filter((name) => !broken.includes(name)).sort());
        for (const { name, image } of sent) {
            assert.equal(await cornersOf(image), upright, name);
            assert.ok(image.length <= limits.max_bytes, `${name} has ${image.length} bytes`);
        }
        const unchanged = sent.find(({ name }) => name === 'photo.jpg').image;
        assert.deepEqual(unchanged, fs.readFileSync(path.join(folder, 'photo.jpg')));
    });
}

async function sceneOf(options) {
    const scenario = await Scenario.start(options);
    const { n8n, server } = scenario;
    server.renderMs = () => 100;
    const credential = await n8n.addCredential(credentialFor(server, { api_binding: binding }));
    const parameters = { imageFrom: 'binary', prompt: '={{ $json.fileName }}' };
    const node = imageToVideo(credential, parameters, { onError: 'continueRegularOutput' });
    await n8n.addWorkflow(workflow('kinds', [readFiles, node]));
    return { n8n, server, end: () => scenario.end() };
}

const uploadOf = (server, { image }) => server.uploads[Number(image.split('/').pop()) - 1];
