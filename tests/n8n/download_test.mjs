// How the package downloads a video: what is cut off, what is gone, until when a URL is valid, and what the item says of it and of the
// money. Needs no n8n.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { JobServer } from '../support/job_server.js';
import { box, joined, movieHeader, track } from '../support/mp4_file.js';

import { helpers } from './support/built_package.mjs';
import { load, nodeAt } from './support/node_alone.mjs';

const { fetchMedia } = load('lib', 'media_file.js');

const video = randomBytes(50_000);
const movie = joined(box('ftyp', 'isom'), box('mdat', video), box('moov', movieHeader(false, 1000, 5250), track(false, 1280, 720)));
const digestOf = (data) => createHash('sha256').update(data).digest('hex');
const asked = []; // {name, range, ifRange} of each request for a video

/** Sends `bytes` of what is left from `start` on. Unless that is all, it then ends the connection, or only falls silent. */
function sendPart(response, status, { start, bytes, silent = false }, more) {
    response.writeHead(status, {
        'Content-Type': 'video/mp4',
        'Content-Length': video.length - start,
        ...(status === 206 && { 'Content-Range': `bytes ${start}-${video.length - 1}/${video.length}` }),
        ...more,
    });
    const part = video.subarray(start, start + bytes);
    if (start + bytes === video.length) {
        response.end(part); // its connection is used again
        return;
    }
    response.write(part, () => silent || response.destroy());
}

const rangesOf = (etag) => ({ 'Accept-Ranges': 'bytes', ETag: etag });
const whole = (response, more) =>
    response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': video.length, ...more }).end(video);

/** By the video's name: (response, how often it was asked for, where the asked part starts). */
const answers = {
    cut: (response) => sendPart(response, 200, { start: 0, bytes: 20_000 }),
    second: (response, tries) => (tries === 1 ? answers.cut(response) : whole(response)),
    empty: (response) => response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': 0 }).end(),
    hollow: (response) => answers.empty(response),
    page: (response) => response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><p>Sign in'),
    movie: (response) => response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(movie),
    other: (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"detail":"not ready"}'),
    disguised: (response) => response.writeHead(200, { 'Content-Type': 'video/mp4' }).end('\n <html><p>Sign in'),
    busy: (response) => response.writeHead(503).end(),
    continued: (response, tries, start) => {
        const left = video.length - start;
        sendPart(response, tries === 1 ? 200 : 206, { start, bytes: tries < 3 ? 20_000 : left }, rangesOf('"one"'));
    },
    silent: (response, tries, start) => {
        const bytes = tries === 1 ? 20_000 : video.length - start;
        sendPart(response, tries === 1 ? 200 : 206, { start, bytes, silent: tries === 1 }, rangesOf('"one"'));
    },
    changed: (response, tries) =>
        tries === 1 ? sendPart(response, 200, { start: 0, bytes: 20_000 }, rangesOf('"one"')) : whole(response, rangesOf('"two"')),
    weak: (response, tries) =>
        tries === 1 ? sendPart(response, 200, { start: 0, bytes: 20_000 }, rangesOf('W/"one"')) : whole(response, rangesOf('W/"one"')),
    gone: (response) => response.writeHead(410).end(),
    late: (response, tries) => (tries === 1 ? response.writeHead(404).end() : whole(response)),
    old: (response) => answers.refused(response),
    refused: (response) => response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>'),
};

function sendVideo({ url, headers }, response) {
    const name = url.split(/[/?]/)[2];
    asked.push({ name, range: headers.range, ifRange: headers['if-range'] });
    const [, start = 0] = /^bytes=(\d+)-$/.exec(headers.range) ?? [];
    (answers[name] ?? whole)(response, asked.filter((one) => one.name === name).length, Number(start));
}

const server = new JobServer({
    renderMs: () => 100,
    videoOf: ({ input }) => `${server.url}/videos/${/video: (\S+)/.exec(input.prompt)?.[1] ?? 'whole'}`,
    sendVideo,
});
const requestsFor = (name) => asked.filter((one) => one.name === name);

const execute = nodeAt(server);

async function made(parameters) {
    const all = { image: 'https://example.com/photo.png', model: 'Pixel S', ...parameters };
    const [[item]] = await execute(all);
    return item;
}

const fetched = (name, limit = 1e6, bounds = {}) =>
    fetchMedia({ helpers }, { name: 'video', kind: 'video', url: `${server.url}/videos/${name}` }, limit, bounds);

describe('a download that fails', { concurrency: true }, () => {
    for (const [kind, reason, tries] of [
        ['cut', /aborted|cut off/, 3],
        ['empty', /empty/, 3],
        ['page', /web page/, 3],
        ['disguised', /web page/, 3],
        ['other', /of the type "application\/json", not the video/, 3],
        ['busy', /HTTP 503/, 3],
        ['gone', /does not give its file \(HTTP 410\); it may have expired\. Collect this run again/, 3],
        ['old?Expires=1700000000', /does not give its file \(HTTP 403\); it may have expired\. Collect this run again/, 1],
    ]) {
        test(`${kind}: the item has the video's URL, its names and a warning`, async () => {
            const { json, binary } = await made({ download: true, prompt: `video: ${kind}`, options: { runKey: `key of ${kind}` } });
            assert.equal(json.error, undefined, JSON.stringify(json.error));
            assert.equal(json.video, `${server.url}/videos/${kind}`);
            assert.match(json.job_id, /^job_/);
            assert.equal(json.run_key, `key of ${kind}`);
            assert.deepEqual([binary, json.bytes], [undefined, undefined]);
            assert.equal(json.warnings.at(-1).code, 'video_not_downloaded');
            assert.match(json.warnings.at(-1).message, reason);
            assert.equal(requestsFor(kind.split('?')[0]).length, tries);
        });
    }

    for (const kind of ['second', 'late']) {
        test(`${kind}, once only: the file is there with its size, and no warning`, async () => {
            const { json, binary } = await made({ download: true, prompt: `video: ${kind}` });
            assert.equal(json.warnings, undefined, JSON.stringify(json.warnings));
            assert.deepEqual([digestOf(Buffer.from(binary.data.data, 'base64')), json.bytes], [digestOf(video), video.length]);
        });
    }

    test('a video that is too large: the item goes on with its URL and a warning, in Generate and in Collect', async () => {
        const options = { runKey: 'too large', largestFile: 0.01 };
        const generated = await made({ download: true, prompt: 'video: large', options });
        const collected = await made({ operation: 'collect', findBy: 'runKey', runKey: 'too large', download: true, options });
        for (const { json, binary } of [generated, collected]) {
            assert.equal(json.error, undefined, JSON.stringify(json.error));
            assert.deepEqual([json.video, json.run_key, binary], [`${server.url}/videos/large`, 'too large', undefined]);
            assert.match(json.warnings.at(-1).message, /^The video is made, .* \(it is larger than 0\.01 MiB, which Largest File .* can raise\)/);
        }
        assert.equal(generated.json.charged, 'yes');
        assert.equal(requestsFor('large').length, 2);
    });

    test('a cancelled execution does not wait for the next try', async () => {
        const cancel = new AbortController();
        const download = fetched('hollow', 1e6, { abortSignal: cancel.signal });
        setTimeout(() => cancel.abort(new Error('cancelled in the editor')), 200);
        await assert.rejects(download, /cancelled|aborted/);
    });
});

test('the item says what its file is, and what its run has cost', async () => {
    const { json, binary } = await made({ download: true, prompt: 'video: movie' });
    const { bytes, sha256, width, height, duration, charged, price } = json;
    assert.deepEqual({ bytes, sha256 }, { bytes: movie.length, sha256: digestOf(movie) });
    assert.deepEqual({ width, height, duration }, { width: 1280, height: 720, duration: 5.25 });
    assert.deepEqual({ charged, price }, { charged: 'yes', price: { credits: 4, us_dollars: 0.1 } });
    assert.deepEqual([binary.data.mimeType, binary.data.fileName], ['video/mp4', 'movie.mp4']);
    assert.equal(digestOf(Buffer.from(binary.data.data, 'base64')), digestOf(movie));
});

test('what a run costs that is parked, and one that has failed', async () => {
    const options = { runKey: 'parked' };
    const { json } = await made({ operation: 'start', prompt: 'video: parked', options });
    assert.deepEqual([json.charged, json.price.credits], ['unknown', 4]);
    server.jobs.get(json.job_id).cancelled = true;
    const failed = await made({ operation: 'collect', findBy: 'runKey', runKey: 'parked' });
    assert.equal(failed.json.error.charged, 'unknown');
});

describe('a download that is cut off', { concurrency: true }, () => {
    const isWhole = ({ file, facts, warning }) => {
        assert.equal(warning, undefined, warning?.message);
        assert.equal(digestOf(Buffer.from(file.data, 'base64')), digestOf(video));
        assert.deepEqual(facts, { bytes: video.length, sha256: digestOf(video) });
    };

    test('goes on where it ended, twice', async () => {
        isWhole(await fetched('continued'));
        const [first, second, third] = requestsFor('continued').map(({ range, ifRange }) => [range, ifRange]);
        assert.deepEqual(first, [undefined, undefined]);
        assert.match(second[0], /^bytes=[1-9]\d*-$/);
        assert.ok(Number(/\d+/.exec(third[0])) > Number(/\d+/.exec(second[0])), `${second[0]}, ${third[0]}`);
        assert.deepEqual([second[1], third[1]], ['"one"', '"one"']);
    });

    test('goes on after a silence', async () => {
        isWhole(await fetched('silent', 1e6, { silenceMs: 300 }));
        assert.deepEqual(requestsFor('silent').map(({ ifRange }) => ifRange), [undefined, '"one"']);
    });

    test('begins anew where the file is another one by now', async () => {
        isWhole(await fetched('changed'));
        assert.deepEqual(requestsFor('changed').map(({ range }) => range !== undefined), [false, true, false]);
    });

    test('begins anew where nothing says that it is the same file', async () => {
        isWhole(await fetched('weak'));
        assert.deepEqual(requestsFor('weak').map(({ range }) => range), [undefined, undefined]);
    });
});

test('a URL that has expired: Collect by the run key asks the service for another one', async () => {
    const options = { runKey: 'expired' };
    const first = await made({ download: true, prompt: 'video: refused', options });
    assert.match(first.json.warnings.at(-1).message, /HTTP 403/);
    asked.length = 0;
    const again = await made({ download: true, prompt: 'video: refused', options });
    assert.equal(again.json.run_key, 'expired');
    assert.equal(requestsFor('refused').length, 1, 'a URL that was kept is tried once');
    const { videoOf } = server;
    server.videoOf = () => `${server.url}/videos/renewed`;
    try {
        const collected = await made({ operation: 'collect', findBy: 'runKey', runKey: 'expired', download: true });
        assert.equal(collected.json.video, `${server.url}/videos/renewed`);
        assert.deepEqual([collected.json.bytes, collected.json.warnings], [video.length, undefined]);
        assert.equal(server.jobsOf('video: refused').length, 1);
    } finally {
        server.videoOf = videoOf;
    }
});

test('a URL that says that it has expired: Collect asks for another one, without a download', async () => {
    const { json } = await made({ prompt: 'video: old?Expires=1700000000', options: { runKey: 'old' } });
    assert.equal(json.expires_at, '2023-11-14T22:13:20Z');
    const { videoOf } = server;
    server.videoOf = () => `${server.url}/videos/young?Expires=4000000000`;
    try {
        const collected = await made({ operation: 'collect', findBy: 'runKey', runKey: 'old' });
        assert.equal(collected.json.expires_at, '2096-10-02T07:06:40Z');
    } finally {
        server.videoOf = videoOf;
    }
});

test('a URL that has expired, and a service that no longer has the video: what is kept is delivered', async () => {
    const { json } = await made({ prompt: 'video: kept?Expires=1700000000', options: { runKey: 'kept' } });
    server.jobs.get(json.job_id).doneAt = Infinity; // "running"
    const collected = await made({ operation: 'collect', findBy: 'runKey', runKey: 'kept' });
    assert.deepEqual([collected.json.status, collected.json.video], ['succeeded', json.video]);
});
