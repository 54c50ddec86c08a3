// An image from a file of the item: what the service gets, when the file is read, and which run is which. Needs no n8n.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Child } from '../support/child.js';
import { JobServer, filesDescribed } from '../support/job_server.js';
import { until } from '../support/waiting.js';

import { directory, nodeAt } from './support/node_alone.mjs';
import { repository, temporaryDirectory } from './support/places.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

const photoFile = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
const photo = fs.readFileSync(photoFile);
const another = fs.readFileSync(path.join(repository, 'docs', 'still.jpg'));
const described = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));

const server = new JobServer({ renderMs: () => 100 });
const execute = nodeAt(server);
const credentialWith = (files) => ({
    pixelMlApi: {
        api_key: 'key',
        base_url: server.url,
        idempotent_submit: 'true',
        allow_insecure_loopback: true,
        api_binding: JSON.stringify({ ...described, ...(files && { files }) }),
    },
});

const inItem = (data) => ({ fileName: 'photo.jpg', mimeType: 'image/jpeg', data: data.toString('base64') });

/** A file that n8n keeps elsewhere, as with its modes filesystem and S3. `reads`: what was asked for. */
function keptBy(mode, data) {
    const id = `${mode}:of-the-photo`;
    const place = path.join(directory, 'photo.jpg');
    fs.writeFileSync(place, data);
    const reads = [];
    const keeping = {
        getBinaryStream: async (asked) => {
            assert.equal(asked, id);
            reads.push('stream');
            return Readable.from(data);
        },
        getBinaryPath: () => {
            reads.push('path');
            return place;
        },
    };
    return { file: { id, data: mode, mimeType: 'image/jpeg' }, keeping, reads };
}

async function made(parameters, more, files = filesDescribed) {
    const all = { model: 'Pixel S', imageFrom: 'binary', prompt: 'zoom', ...parameters };
    const [[item]] = await execute(all, { credentials: credentialWith(files), ...more });
    return item.json;
}

const uploaded = () => server.uploads.length;

test('a file in the item is handed over, and the job has its URL', async () => {
    const json = await made({ prompt: 'in the item' }, { binary: { data: inItem(photo) } });
    assert.equal(json.status, 'succeeded', JSON.stringify(json.error));
    assert.deepEqual(server.uploads.at(-1), photo);
    assert.equal(server.jobsOf('in the item')[0].input.image, `${server.url}/uploads/${uploaded()}`);
});

test('a file on the disk is not read by n8n, one elsewhere once for the service', async () => {
    const onDisk = keptBy('filesystem-v2', photo);
    const first = await made({ prompt: 'on the disk' }, { binary: { data: onDisk.file }, keeping: onDisk.keeping });
    assert.equal(first.status, 'succeeded', JSON.stringify(first.error));
    assert.deepEqual([server.uploads.at(-1), onDisk.reads], [photo, ['stream', 'path']]);
    const elsewhere = keptBy('s3', another);
    const second = await made({ prompt: 'elsewhere' }, { binary: { data: elsewhere.file }, keeping: elsewhere.keeping });
    assert.equal(second.status, 'succeeded', JSON.stringify(second.error));
    assert.deepEqual([server.uploads.at(-1), elsewhere.reads], [another, ['stream', 'stream']]);
});

test('the file of another field, or of another node by an expression', async () => {
    const named = await made({ prompt: 'of a field', imageBinaryField: 'Photo' }, { binary: { Photo: inItem(another) } });
    assert.equal(named.status, 'succeeded', JSON.stringify(named.error));
    assert.deepEqual(server.uploads.at(-1), another);
    const given = await made({ prompt: 'of a node', imageBinaryField: () => inItem(photo) });
    assert.equal(given.status, 'succeeded', JSON.stringify(given.error));
    assert.deepEqual(server.uploads.at(-1), photo);
});

test('where the service takes them in the submit, no upload is needed', async () => {
    const before = uploaded();
    const files = { media_types: ['image/jpeg'], as: 'data_uri' };
    const json = await made({ prompt: 'in the submit' }, { binary: { data: inItem(photo) } }, files);
    assert.equal(json.status, 'succeeded', JSON.stringify(json.error));
    assert.equal(server.jobsOf('in the submit')[0].input.image, `data:image/jpeg;base64,${photo.toString('base64')}`);
    assert.equal(uploaded(), before);
});

test('the same run key: with the same file one run, with another one another', async () => {
    const options = { runKey: 'one name' };
    const first = await made({ prompt: 'named', options }, { binary: { data: inItem(photo) } });
    const before = uploaded();
    const kept = keptBy('filesystem-v2', photo); // n8n keeps it elsewhere by now
    const again = await made({ prompt: 'named', options }, { binary: { data: kept.file }, keeping: kept.keeping });
    assert.deepEqual([again.job_id, uploaded(), kept.reads], [first.job_id, before, ['stream']]);
    const other = await made({ prompt: 'named', options }, { binary: { data: inItem(another) } });
    assert.notEqual(other.job_id, first.job_id);
    assert.equal(other.warnings.at(-1).code, 'inputs_changed');
});

test('a run that is repeated when n8n no longer has its file', async () => {
    const options = { runKey: 'file gone' };
    const first = await made({ prompt: 'gone', options }, { binary: { data: inItem(photo) } });
    const again = await made({ prompt: 'gone', options });
    assert.deepEqual([again.status, again.job_id], ['succeeded', first.job_id], JSON.stringify(again.error));
    const unknown = await made({ prompt: 'gone' }, { mode: 'retry' });
    assert.deepEqual([unknown.error.code, unknown.error.charged], ['file_not_given', 'unknown']);
    assert.equal((await made({ prompt: 'gone' })).error.charged, 'no');
    assert.equal(server.jobsOf('gone').length, 1);
});

test('a parked run needs its file no more', async () => {
    const { checkpoint } = await made({ operation: 'start', prompt: 'parked' }, { binary: { data: inItem(photo) } });
    assert.ok(JSON.stringify(checkpoint).length < 4000, 'no file is in it');
    const before = uploaded();
    const options = { wait: 5 };
    const json = await made({ operation: 'collect', findBy: 'checkpoint', checkpoint: JSON.stringify(checkpoint), options });
    assert.equal(json.status, 'succeeded', JSON.stringify(json.error));
    assert.deepEqual([server.jobsOf('parked').length, uploaded()], [1, before]);
});

test('killed between the upload and the submit: the same run goes on with what was handed over', async (t) => {
    const folder = temporaryDirectory();
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const parameters = { model: 'Pixel S', imageFrom: 'binary', prompt: 'killed', options: { runKey: 'killed' } };
    const order = { parameters, credentials: credentialWith(filesDescribed), photo: photoFile };
    const start = () =>
        new Child(process.execPath, [path.join(here, 'programs', 'execute_node.mjs'), JSON.stringify(order)], {
            env: { PATH: process.env.PATH, N8N_USER_FOLDER: folder },
        });
    const before = uploaded();
    t.after(() => (server.takesSubmits = true));
    server.takesSubmits = false;
    const killed = start();
    await until('the submit', () => server.submitsHeld > 0);
    await killed.end('SIGKILL');
    server.takesSubmits = true;
    assert.deepEqual([uploaded() - before, server.jobsOf('killed').length], [1, 0]);
    const [, text] = await start().says(/^result (.*)$/m, 'the second run');
    const { json, asked } = JSON.parse(text);
    assert.equal(json.status, 'succeeded', JSON.stringify(json.error));
    assert.equal(server.jobsOf('killed')[0].input.image, `${server.url}/uploads/${before + 1}`);
    assert.deepEqual([uploaded() - before, server.jobsOf('killed').length, asked], [1, 1, 0]);
});

for (const [what, more, files, code, message] of [
    ['an item without a file', {}, filesDescribed, 'file_not_given', /no binary field 'data'/],
    ['a file that is no image', { binary: { data: inItem(Buffer.from('%PDF-1.4')) } }, filesDescribed, 'file_not_given', /is a PDF/],
    ['a service that takes only URLs', { binary: { data: inItem(photo) } }, null, 'cannot_hand_over_file', /takes no files, only URLs/],
]) {
    test(`${what} costs nothing, and the item says what to do`, async () => {
        const { error } = await made({ prompt: what }, more, files);
        assert.deepEqual([error.code, error.charged], [code, 'no'], JSON.stringify(error));
        assert.match(error.message, message);
        assert.ok(error.solution);
        assert.equal(server.jobsOf(what).length, 0);
    });
}

test('thirty items, each with its file', async () => {
    const items = Array.from({ length: 30 }, (_, number) => ({ prompt: `many ${number}` }));
    const parameters = { model: 'Pixel S', imageFrom: 'binary', prompt: ({ prompt }) => prompt };
    const [results] = await execute(parameters, { items, binary: { data: inItem(photo) }, credentials: credentialWith(filesDescribed) });
    assert.ok(results.every(({ json }) => json.status === 'succeeded'));
    assert.equal(server.jobsOf('many').length, items.length);
});
