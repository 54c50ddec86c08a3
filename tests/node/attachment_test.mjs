// The files of a run: given when the module asks for them, and never before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import jobServer from '../support/job_server.js';
import { collectUntil, load, modules, sleep } from './support.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
const session = load(modules.callback).open();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'attachments-'));
after(async () => {
    await session.close();
    fs.rmSync(folder, { recursive: true });
});

const name = 'one file'; // which the module asks for
const file = Buffer.from([1, 2, 3, 250]);

async function asked(attachments, input = {}) {
    const { output } = await session.execute({ node: 'attachments', input: { attachments: 1, ...input }, attachments });
    return output;
}

const given = async (attachment, input) => {
    const { size, sum, failure } = await asked({ [name]: attachment }, input);
    return failure === '' ? { size, sum } : failure;
};
const whole = { size: 4, sum: 256 };

function written(base, bytes) {
    const place = path.join(folder, base);
    fs.writeFileSync(place, bytes);
    return place;
}

test('a file is bytes, a path, or what a function makes of the request', async () => {
    const place = written('four', file);
    const within = new Uint8Array([9, 1, 2, 3, 250, 9]).subarray(1, 5);
    const later = async () => {
        await sleep(50);
        return place;
    };
    for (const attachment of [file, within, place, () => file, later]) {
        assert.deepEqual(await given(attachment), whole, String(attachment));
    }
    assert.deepEqual(await given(Buffer.alloc(0)), { size: 0, sum: 0 });
});

test('the function is told what the service takes', async () => {
    let seen;
    await given((request) => {
        seen = request;
        return file;
    });
    assert.deepEqual(seen, { name, path: '/image', mediaTypes: ['image/jpeg', 'image/png'], maxBytes: 1000, maxSide: 4096 });
});

test('why there is no file reaches the module', async () => {
    const broken = () => {
        throw new Error('The photo is gone');
    };
    assert.equal(await given(broken), 'The photo is gone');
    assert.equal(await given(async () => broken()), 'The photo is gone');
    assert.match(await given(path.join(folder, 'none')), /no such file/);
    assert.match(await given('/dev/zero'), /not a regular file/);
    assert.match(await given(() => 7), /neither bytes nor a path/);
    assert.match((await asked({ other: file })).failure, /no file of the name 'one file'/);
    assert.match((await asked({ [name]: file }, { out_of_memory: 1 })).failure, /no memory/);
});

test('a file that is too large is read just so far that the module refuses it', async () => {
    assert.deepEqual(await given(written('large', Buffer.alloc(5000, 1))), { size: 1001, sum: 1001 });
});

test('a run without files is not asked for any', async () => {
    assert.equal((await asked(undefined)).asked, false);
    assert.equal((await asked({})).asked, true);
});

test('an answer that comes too late is not taken for the next request', async () => {
    let askSecond;
    const secondIsAsked = new Promise((resolve) => (askSecond = resolve));
    const answers = [
        () => secondIsAsked.then(() => Buffer.from([1])),
        async () => {
            askSecond();
            await sleep(20); // the first one's answer is there by then
            return Buffer.from([2]);
        },
    ];
    const { size, sum } = await asked({ [name]: () => answers.shift()() }, { attachments: 2, patience: 500 });
    assert.deepEqual([answers.length, size, sum], [0, 1, 2]);
});

test('what comes after the end of the run is dropped, and the files are let go', async () => {
    let release;
    const late = new Promise((resolve) => (release = resolve));
    let bytes = Buffer.alloc(100_000);
    const held = new WeakRef(bytes);
    assert.equal((await asked({ [name]: () => late, other: bytes }, { patience: 50 })).size, -1);
    bytes = null;
    await collectUntil(() => held.deref() === undefined, 'a file of a run that is over is still held');
    release(file);
    assert.deepEqual(await given(file), whole);
});

test('what is no file is refused before the run', async () => {
    for (const attachments of [7, { [name]: 7 }, { [name]: null }, { [name]: {} }]) {
        await assert.rejects(asked(attachments), { name: 'TypeError', message: /attachments/ });
    }
});

test('image_to_video asks once, when it needs the file, and never of a job that is submitted', async () => {
    const binding = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
    binding.files = { media_types: ['image/jpeg', 'image/png'], max_bytes: 1_000_000, max_side: 4096, as: 'data_uri' };
    const server = await new jobServer.JobServer({ renderMs: () => 100 }).start();
    const pixelml = load(modules.pixelml).open();
    try {
        const asked = [];
        const run = {
            node: 'image_to_video',
            input: { prompt: 'Zoom', image: 'attachment:the%20photo', negative_prompt: null },
            connection: { api_key: 'key', base_url: server.url, allow_insecure_loopback: true, api_binding: binding },
            runKey: 'one',
            attachments: {
                'the photo': (request) => {
                    asked.push(request);
                    return photo;
                },
            },
        };
        await pixelml.execute({ ...run, validateOnly: true });
        assert.deepEqual(asked, []);
        let checkpoint;
        const started = await pixelml.execute({ ...run, suspend: 'when-submitted', onCheckpoint: (kept) => (checkpoint = kept) });
        assert.equal(started.outcome, 'suspended');
        const taken = { path: '/image', mediaTypes: ['image/jpeg', 'image/png'], maxBytes: 1_000_000, maxSide: 4096 };
        assert.deepEqual(asked, [{ name: 'the photo', ...taken }]);
        const [{ input }] = server.jobs.values();
        assert.equal(input.image, `data:image/jpeg;base64,${fs.readFileSync(photo, 'base64')}`);

        const { output } = await pixelml.execute({ ...run, checkpoint: started.checkpoint ?? checkpoint });
        assert.match(output.video, /job_1/);
        assert.deepEqual([asked.length, server.jobs.size], [1, 1]);

        const gone = async () => Promise.reject(new Error('The photo is gone'));
        const failed = pixelml.execute({ ...run, runKey: 'two', attachments: { 'the photo': gone } });
        await assert.rejects(failed, { name: 'RunError', code: 'file_not_given', charged: 'no', message: /The photo is gone/ });
        assert.equal(server.jobs.size, 1);
    } finally {
        await pixelml.close();
        await server.end();
    }
});
