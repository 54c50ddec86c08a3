// prepareImage: real tools, files and bytes, two at once, and an end amid them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SHARE_ENV, Worker } from 'node:worker_threads';

import { assertEventLoopFree } from './support.mjs';
import { prepareImage } from '../../hosts/node/index.js';

const run = promisify(execFile);
const maker = fileURLToPath(new URL('../support/make_image_files', import.meta.url));
const addon = fileURLToPath(new URL('../../hosts/node/index.js', import.meta.url));
// A sanitizer is in this process already. In the tools, which are not ours, it does harm: libvips waits for ever.
const { LD_PRELOAD: preloaded, ...environment } = process.env;
delete process.env.LD_PRELOAD;
const jpeg = { mediaTypes: ['image/jpeg'], maxBytes: 5_000_000, maxSide: null };

function folderFor(t) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'images-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    return folder;
}

async function made(folder, ...names) {
    await run(maker, [folder, ...names]);
    return names.map((name) => path.join(folder, name));
}

async function sizeOf(bytes, folder) {
    const file = path.join(folder, 'result');
    fs.writeFileSync(file, bytes);
    const probe = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file];
    return (await run('ffprobe', probe)).stdout.trim();
}

/** A folder of tools whose vipsheader says so in a file, and then waits for that file to go. */
function slowTools(folder) {
    const script = `#!/bin/sh\nmkdir -p '${folder}/started'\n: > '${folder}/started/'$$\n` +
        `while [ -e '${folder}/started/'$$ ]; do sleep 0.01; done\nexit 1\n`;
    fs.writeFileSync(path.join(folder, 'vipsheader'), script, { mode: 0o755 });
    const started = () => (fs.existsSync(path.join(folder, 'started')) ? fs.readdirSync(path.join(folder, 'started')) : []);
    return { path: `${folder}:/usr/bin:/bin`, started };
}

async function until(holds) {
    while (!holds()) {
        await new Promise((resolve) => setImmediate(resolve));
    }
}

function isThere(pid) {
    try {
        return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
        return false;
    }
}

test('a path and bytes become what is asked for', async (t) => {
    const folder = folderFor(t);
    const [turned, heic, jpg] = await made(folder, 'exif6.jpg', 'photo.heic', 'photo.jpg');
    for (const source of [turned, heic, fs.readFileSync(heic), new Uint8Array(fs.readFileSync(turned))]) {
        const bytes = await prepareImage(source, jpeg);
        assert.ok(Buffer.isBuffer(bytes));
        assert.equal(bytes.subarray(0, 3).toString('hex'), 'ffd8ff');
        assert.equal(await sizeOf(bytes, folder), '640,480');
    }
    assert.deepEqual(await prepareImage(jpg), fs.readFileSync(jpg), 'as it is');
    assert.equal(await sizeOf(await prepareImage(jpg, { ...jpeg, maxSide: 100 }), folder), '100,75');
    assert.ok((await prepareImage(jpg, { ...jpeg, maxBytes: 3000 })).length <= 3000);
});

test('what cannot be prepared says why', async (t) => {
    const folder = folderFor(t);
    const [broken] = await made(folder, 'broken.jpg');
    await assert.rejects(prepareImage(broken, jpeg), {
        code: 'damaged',
        message: 'broken.jpg is damaged: Premature end of input file. Export or download it again.',
    });
    await assert.rejects(prepareImage(path.join(folder, 'none.jpg'), jpeg), { code: 'no_file' });
    await assert.rejects(prepareImage('/dev/zero', jpeg), { code: 'no_file' });
    await assert.rejects(prepareImage(Buffer.from('hello'), jpeg), { code: 'not_an_image', message: /^The image is / });
    await assert.rejects(prepareImage(Buffer.alloc(0), jpeg), { code: 'no_file', message: 'The image is empty.' });
    for (const [name, called] of [['holiday.heic', 'holiday.heic'], ['of/two\nlines.jpg', 'two?lines.jpg'], ['', 'The image']]) {
        await assert.rejects(prepareImage(Buffer.alloc(0), { ...jpeg, name }), { message: `${called} is empty.` });
    }
    await assert.rejects(prepareImage(broken, { ...jpeg, name: 'holiday.jpg' }), { message: /^holiday\.jpg is damaged: / });
    await assert.rejects(prepareImage(broken, { ...jpeg, name: null }), { message: /^broken\.jpg is damaged: / });
});

test('a wrong call is a TypeError', async () => {
    const requests = [{ name: 7 }, { mediaTypes: 'image/png' }, { maxBytes: -1 }, { maxSide: 1.5 }];
    for (const call of [[], [3], ['a\0b'], ...requests.map((request) => ['a', request])]) {
        await assert.rejects(prepareImage(...call), TypeError, JSON.stringify(call));
    }
});

test('the event loop is free meanwhile', async (t) => {
    const [large] = await made(folderFor(t), 'large.jpg');
    await assertEventLoopFree(t, async () => {
        assert.ok((await prepareImage(large, jpeg)).length > 0);
    });
});

test('two at once, and the others in turn', async (t) => {
    const folder = folderFor(t);
    const [jpg] = await made(folder, 'photo.jpg');
    const tools = slowTools(folder);
    const before = process.env.PATH;
    process.env.PATH = tools.path;
    t.after(() => (process.env.PATH = before));
    let ended = 0;
    const all = Array.from({ length: 5 }, () => prepareImage(jpg, jpeg).catch(() => (ended += 1)));
    for (let released = 0; released < 5; released += 1) {
        await until(() => tools.started().length === Math.min(2, 5 - released));
        fs.rmSync(path.join(folder, 'started', tools.started()[0]));
        await until(() => ended === released + 1);
    }
    await Promise.all(all);
    assert.equal(ended, 5);
});

test('a worker that is terminated amid one leaves nothing', async (t) => {
    const folder = folderFor(t);
    const [jpg] = await made(folder, 'photo.jpg');
    const tools = slowTools(folder);
    const before = process.env.PATH;
    t.after(() => (process.env.PATH = before));
    const program = `process.env.PATH = ${JSON.stringify(tools.path)};
        require(${JSON.stringify(addon)}).prepareImage(${JSON.stringify(jpg)});`;
    // Otherwise what a worker sets in its environment is a copy, which the addon does not see.
    const worker = new Worker(program, { eval: true, env: SHARE_ENV });
    await until(() => tools.started().length === 1);
    const [pid] = tools.started();
    const started = performance.now();
    await worker.terminate();
    assert.ok(performance.now() - started < 5000, 'it does not wait for the tool');
    assert.ok(!isThere(pid));
});

test('a process that exits amid one leaves nothing', async (t) => {
    const folder = folderFor(t);
    const [jpg] = await made(folder, 'photo.jpg');
    const tools = slowTools(folder);
    const program = `require(${JSON.stringify(addon)}).prepareImage(${JSON.stringify(jpg)});
        process.stdin.once('data', () => process.exit(7));`;
    const env = { ...environment, ...(preloaded && { LD_PRELOAD: preloaded }), PATH: tools.path };
    const child = spawn(process.execPath, ['-e', program], { env, stdio: ['pipe', 'inherit', 'inherit'] });
    await until(() => tools.started().length === 1);
    const [pid] = tools.started();
    child.stdin.write('now');
    const [code] = await once(child, 'exit');
    assert.equal(code, 7);
    await until(() => !isThere(pid));
});
