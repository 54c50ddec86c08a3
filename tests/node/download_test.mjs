// The downloader of hosts on the addon, hosts/node/media, against servers that misbehave, with limits that are short. Needs
// neither the addon nor a module.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';

import { runProgram } from './support.mjs';

const require = createRequire(import.meta.url);
const { keepMedia } = require('../../hosts/node/media/download.js');
const { mediaPath } = require('../../hosts/node/media/file_names.js');
const { isInnerAddress, isLoopbackHost } = require('../../hosts/node/media/inner_address.js');
const { MemoryFile, PartFile, obstacleAt } = require('../../hosts/node/media/places.js');

const film = Buffer.concat([Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1'), randomBytes(100_000)]);
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'download-'));
let folder;
let file;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(root, 'one-'));
    file = path.join(folder, 'clip.mp4');
});

const servers = [];
after(() => {
    servers.forEach((server) => server.close() && server.closeAllConnections?.());
    fs.rmSync(root, { recursive: true });
});

/** `answer`: (response, how often the server was asked before, request). Has url and asked, the requests' headers. */
async function serve(answer, { host = '127.0.0.1', tls } = {}) {
    const asked = [];
    const handle = (request, response) => {
        asked.push({ path: request.url, ...request.headers });
        answer(response, asked.length - 1, request);
    };
    const server = tls ? https.createServer(tls, handle) : http.createServer(handle);
    server.listen(0, host);
    await once(server, 'listening');
    servers.push(server);
    const { port } = server.address();
    const at = (name) => `http${tls ? 's' : ''}://${name}:${port}/v.mp4`;
    return { asked, port, at, url: at(host) };
}

const usual = { 'Content-Type': 'video/mp4' };
const whole = (more = {}) => (response) => response.writeHead(200, { ...usual, 'Content-Length': film.length, ...more }).end(film);
const status = (code, more = {}) => (response) => response.writeHead(code, more).end();
const redirect = (to) => status(302, { Location: to });
const ends = []; // of replies that are cut off once some of them is kept
/** Sends so much of the film and then ends the connection. */
const cut = (bytes, more = {}) => (response) => {
    response.writeHead(200, { ...usual, 'Content-Length': film.length, ...more });
    response.write(film.subarray(0, bytes));
    ends.push(() => response.socket.end());
};
const part = (from, more = {}) => (response) =>
    response
        .writeHead(206, {
            ...usual,
            'Content-Range': `bytes ${from}-${film.length - 1}/${film.length}`,
            'Content-Length': film.length - from,
            ...more,
        })
        .end(film.subarray(from));
/** One answer after the other, the last one from then on. */
const inTurn = (...answers) => (response, before, request) => answers[Math.min(before, answers.length - 1)](response, before, request);
/** Goes on where it is asked to. */
const goOn = (more) => (response, before, { headers }) => part(Number(/\d+/.exec(headers.range)[0]), more)(response);

const quick = { pausesMs: [1, 1], slowMs: 300 };

function keep(url, { rules, ...more } = {}) {
    const onProgress = () => ends.splice(0).forEach((end) => end());
    const openPlace = () => PartFile.create(file);
    const order = { url, kind: 'video', largest: 1e6, toRaiseLargest: '"Largest file"', openPlace, onProgress, ...more };
    return keepMedia(order, { ...quick, ...rules });
}

function assertKept(result) {
    assert.deepEqual(result, { file, bytes: film.length, sha256: digestOf(film) });
    assert.deepEqual(fs.readFileSync(file), film);
    assert.deepEqual(fs.readdirSync(folder), ['clip.mp4']);
}

/** Nothing is left. */
async function assertFails(url, code, message, options) {
    const result = await keep(url, options);
    assert.equal(result.error?.code, code, JSON.stringify(result));
    assert.match(result.error.message, message);
    assert.match(result.error.message, /^the video was made, but its file could not be kept: ([^.]|\.\d)+$/);
    assert.deepEqual(fs.readdirSync(folder), []);
}

describe('a file is kept', () => {
    test('on the disk, with what is said of it', async () => {
        const server = await serve(whole());
        assertKept(await keep(server.url));
        assert.equal(server.asked[0]['accept-encoding'], 'identity');
        assert.equal(fs.statSync(file).mode & 0o777, 0o666 & ~process.umask());
        const { expires_at: expiry } = await keep(`${server.url}?Expires=4000000000`, { openPlace: () => new MemoryFile() });
        assert.equal(expiry, '2096-10-02T07:06:40Z');
    });

    test('in memory', async () => {
        const server = await serve(inTurn(cut(50_000), whole()));
        const { content, ...facts } = await keep(server.url, { openPlace: () => new MemoryFile() });
        assert.deepEqual(content, film);
        assert.deepEqual(facts, { bytes: film.length, sha256: digestOf(film) });
    });

    test('without a length, and without a type', async () => {
        assertKept(await keep((await serve((response) => response.writeHead(200).end(film))).url));
    });

    test('after trouble that passes', async () => {
        const empty = status(200, { 'Content-Length': 0 });
        for (const first of [status(503), status(429), status(408), (response) => response.destroy(), cut(50_000), empty]) {
            const server = await serve(inTurn(first, first, whole()));
            assertKept(await keep(server.url));
            assert.equal(server.asked.length, 3);
            assert.ok(server.asked.every(({ range }) => range === undefined)); // there was no validator
            fs.rmSync(file);
        }
    });

    test('not before Retry-After says', async () => {
        const server = await serve(inTurn(status(503, { 'Retry-After': '1' }), whole()));
        const began = performance.now();
        assertKept(await keep(server.url));
        assert.ok(performance.now() - began >= 1000);
    });
});

describe('a file that was cut off', () => {
    test('goes on where it was', async () => {
        const date = 'Mon, 05 Jan 2026 10:00:00 GMT';
        const validators = [[{ ETag: '"a"' }, '"a"'], [{ ETag: 'W/"a"', 'Last-Modified': date }, date]];
        for (const [headers, validator] of validators) {
            const server = await serve(inTurn(cut(50_000, headers), goOn(headers)));
            assertKept(await keep(server.url));
            assert.match(server.asked[1].range, /^bytes=[1-9]\d*-$/);
            assert.equal(server.asked[1]['if-range'], validator);
            fs.rmSync(file);
        }
    });

    test('begins anew where the server does not go on', async () => {
        const tag = { ETag: '"a"' };
        const others = [
            part(1, tag), // another range
            (response) => response.writeHead(206, { ...usual, 'Content-Range': 'bytes */*' }).end(),
            (response, before, request) => goOn({ ETag: '"b"' })(response, before, request),
            status(416),
        ];
        for (const other of others) {
            const server = await serve(inTurn(cut(50_000, tag), other, whole(tag)));
            assertKept(await keep(server.url));
            assert.equal(server.asked[2].range, undefined);
            fs.rmSync(file);
        }
        const ignores = await serve(inTurn(cut(50_000, tag), whole({ ETag: '"b"' })));
        assertKept(await keep(ignores.url));
        assert.equal(ignores.asked.length, 2);
    });
});

describe('a file is not kept', () => {
    const refusals = [
        [status(401), 'url_refused', /HTTP 401\), which has expired, or is not for everybody/, 1],
        [status(403), 'url_refused', /HTTP 403/, 1],
        [status(404), 'file_gone', /HTTP 404/, 1],
        [status(410), 'file_gone', /hours or days/, 1],
        [status(400), 'server_trouble', /HTTP 400/, 1],
        [status(500), 'server_trouble', /HTTP 500/, 3],
        [cut(50_000), 'cut_off', /cut off/, 3],
        [status(200, usual), 'wrong_content', /empty/, 3],
        [(response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('Sign in'), 'wrong_content', /web page/, 1],
        [(response) => response.writeHead(200, usual).end(' <!doctype html>'), 'wrong_content', /web page/, 1],
        [(response) => response.writeHead(200, { 'Content-Type': 'text/json' }).end('{}'), 'wrong_content', /text\/json/, 1],
        [whole({ 'Content-Encoding': 'br' }), 'wrong_content', /encoded/, 1],
        [whole({ 'Content-Length': film.length }), 'too_large', /larger than 97\.7 KiB, which "Largest file" can raise/, 1, { largest: 100_000 }],
        [(response) => response.writeHead(200, usual).end(film), 'too_large', /larger/, 1, { largest: 100_000 }],
    ];
    for (const [answer, code, message, tries, options] of refusals) {
        test(`${code} ${message}, ${tries} tries`, async () => {
            const server = await serve(answer);
            await assertFails(server.url, code, message, options);
            assert.equal(server.asked.length, tries);
        });
    }

    test('where its URL says that it has ended', async () => {
        const { url } = await serve(status(403));
        await assertFails(`${url}?Expires=1700000000`, 'url_refused', /valid until 2023-11-14T22:13:20Z/);
    });

    test('where the server is too slow, before its reply or in it', async () => {
        const silent = await serve(() => {});
        await assertFails(silent.url, 'too_slow', /server is too slow/);
        assert.equal(silent.asked.length, 3);
        const trickle = await serve((response) => {
            response.writeHead(200, usual);
            const timer = setInterval(() => response.write('a'), 50);
            response.on('close', () => clearInterval(timer));
        });
        await assertFails(trickle.url, 'too_slow', /server is too slow/);
        await assertFails(silent.url, 'too_slow', /took too long/, { rules: { inAllMs: 200 } });
    });

    test('where there is no server, no connection and no URL', async () => {
        const deaf = net.createServer().listen(0, '127.0.0.1');
        await once(deaf, 'listening');
        const { port } = deaf.address();
        await new Promise((resolve) => deaf.close(resolve));
        await assertFails(`http://127.0.0.1:${port}/v.mp4`, 'unreachable', /ECONNREFUSED/);
        for (const url of ['ftp://example.com/v.mp4', 'clip.mp4', '']) {
            await assertFails(url, 'no_url', /no http or https URL/);
        }
    });

    test('where its server speaks another protocol from then on', { timeout: 10_000 }, async () => {
        const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';
        const server = await serve((response) => response.socket.write(upgrade));
        await assertFails(server.url, 'server_trouble', /answers with HTTP 101$/);
        assert.equal(server.asked.length, 1);
    });

    test('where it is stopped, also in a pause', async () => {
        const busy = await serve(status(503));
        for (const signal of [AbortSignal.timeout(100), AbortSignal.abort()]) {
            await assertFails(busy.url, 'stopped', /stopped/, { signal, rules: { pausesMs: [60_000] } });
        }
        const flowing = await serve((response) => response.writeHead(200, usual).write(film));
        await assertFails(flowing.url, 'stopped', /stopped/, { signal: AbortSignal.timeout(100) });
    });
});

describe('the disk', () => {
    test('has too little room for it', async () => {
        const { url, asked } = await serve(whole());
        const openPlace = async () => Object.assign(await PartFile.create(file), { room: async () => 10 });
        await assertFails(url, 'no_room', /it has 97\.7 KiB, and its disk has room for 10 bytes more/, { openPlace });
        assert.equal(asked.length, 1);
    });

    test('becomes full', async () => {
        const { url } = await serve(whole());
        const { stdout, stderr } = await runProgram('small_disk.mjs', [url, file]);
        assert.equal(stdout, 'no_room\n', stderr);
        assert.deepEqual(fs.readdirSync(folder), []);
    });

    test('has another file of that name by then', async () => {
        const { url } = await serve((response) => {
            fs.writeFileSync(file, 'mine');
            whole()(response);
        });
        const { error } = await keep(url);
        assert.equal(error.code, 'file_exists');
        assert.deepEqual([fs.readFileSync(file, 'utf8'), fs.readdirSync(folder)], ['mine', ['clip.mp4']]);
        assertKept(await keep(url, { openPlace: () => PartFile.create(file, { replaces: true }) }));
    });

    test('has the same file already', async () => {
        const { url } = await serve(whole());
        assertKept(await keep(url));
        assertKept(await keep(url));
    });

    test('is looked at before anything is paid', async () => {
        const codeOf = async (place, options) => (await obstacleAt(place, options))?.code ?? '';
        assert.equal(await codeOf(file), '');
        assert.equal(await codeOf(path.join(folder, 'none', 'clip.mp4')), 'not_written');
        assert.equal(await codeOf(path.join(folder, 'x'.repeat(300))), 'not_written');
        assert.equal(await codeOf(folder), 'file_exists');
        fs.writeFileSync(file, 'mine');
        assert.deepEqual([await codeOf(file), await codeOf(file, { replaces: true })], ['file_exists', '']);
        fs.rmSync(file);
        fs.symlinkSync('/dev/null', file);
        assert.equal(await codeOf(file, { replaces: true }), 'file_exists');
        assert.deepEqual(fs.readdirSync(folder), ['clip.mp4']);
    });

    test('gets a name from the run key, of which no two share one', () => {
        const name = (key, output = null) => mediaPath('/videos', key, output, 'mp4');
        assert.equal(name('order-7.a_b'), '/videos/order-7.a_b.mp4');
        assert.equal(name('order-7', 'clip'), '/videos/order-7+clip.mp4');
        const odd = ['a/b', 'a b', '../a', '.a', 'ä', 'x'.repeat(500), 'a_b~'];
        assert.equal(new Set([...odd, 'a_b'].map((key) => name(key))).size, odd.length + 1);
        odd.forEach((key) => assert.match(name(key), /^\/videos\/[A-Za-z0-9_-][A-Za-z0-9._-]*~[0-9a-f]{16}\.mp4$/));
    });
});

describe('the key', () => {
    const connection = (url) => ({ api_key: 'a-secret-key', base_url: `${new URL(url).origin}/v1` });

    test('goes to the origin of the API alone', async () => {
        const other = await serve(whole());
        const api = await serve(whole());
        assertKept(await keep(api.url, { connection: connection(api.url) }));
        assert.equal(api.asked[0].authorization, 'Bearer a-secret-key');
        await keep(other.url, { connection: connection(api.url) });
        await keep(other.url, { connection: { api_key: 'a-secret-key' } });
        assert.deepEqual(other.asked.map(({ authorization }) => authorization), [undefined, undefined]);
    });

    test('is not sent again once a redirect has left it, and is in the next try', async () => {
        const back = await serve((response) => redirect(`${api.url}?last`)(response));
        const last = inTurn(redirect(back.url), status(503), whole());
        const api = await serve((response, before, { url }) =>
            url.endsWith('?last') ? last(response, before) : redirect(back.url)(response),
        );
        await keep(api.url, { connection: connection(api.url) });
        assert.equal(back.asked[0].authorization, undefined);
        const keys = api.asked.map(({ path: asked, authorization }) => [asked.includes('last'), authorization !== undefined]);
        assert.ok(keys.length >= 4, JSON.stringify(keys));
        assert.ok(keys.every(([isLast, hasKey]) => isLast !== hasKey), JSON.stringify(keys));
    });
});

describe('redirects', () => {
    test('are followed five times', async () => {
        const server = await serve((response, before) => (before < 5 ? redirect(`/v.mp4?${before}`) : whole())(response));
        assertKept(await keep(server.url));
        const endless = await serve(redirect('/v.mp4'));
        fs.rmSync(file);
        await assertFails(endless.url, 'redirect_refused', /more than 5 times/);
        await assertFails((await serve(redirect('ftp://127.0.0.1/'))).url, 'redirect_refused', /no http or https URL/);
    });

    test('from the public internet to an inner address are refused, whatever its name', async () => {
        const inner = await serve(whole(), { host: '127.0.0.1' });
        const isInner = (address) => ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(address);
        for (const to of [inner.url, inner.at('localhost')]) {
            const open = await serve(redirect(to), { host: '127.0.0.2' });
            await assertFails(open.url, 'redirect_refused', /not of the public internet/, { rules: { isInner } });
        }
        assert.equal(inner.asked.length, 0);
        const own = await serve(redirect(inner.url), { host: '127.0.0.1' });
        assertKept(await keep(own.url, { rules: { isInner } }));
    });
});

describe('TLS and the proxy', () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(root, name));
    execFileSync('openssl', [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
        '-addext', 'subjectAltName=DNS:localhost,DNS:videos.example,IP:127.0.0.1', '-keyout', key, '-out', cert,
    ], { stdio: 'pipe' });
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };

    test("the connection's authorities are trusted, and no others", async () => {
        const { url, at } = await serve(whole(), { tls });
        assertKept(await keep(url, { connection: { ca_file: cert } }));
        fs.rmSync(file);
        assertKept(await keep(at('localhost'), { connection: { ca_file: cert } }));
        fs.rmSync(file);
        await assertFails(url, 'not_trusted', /certificate is not trusted/);
        await assertFails(at('127.0.0.2'), 'unreachable', /./, { connection: { ca_file: cert } });
        await assertFails(url, 'not_trusted', /cannot be read/, { connection: { ca_file: file } });
    });

    test('a redirect to http is refused, except to this machine where the connection allows that', async () => {
        const open = await serve(whole());
        const secure = await serve(redirect(open.url), { tls });
        await assertFails(secure.url, 'redirect_refused', /from https to http/, { connection: { ca_file: cert } });
        assertKept(await keep(secure.url, { connection: { ca_file: cert, allow_insecure_loopback: true } }));
    });

    test('the proxy connects, for http and https, and is told who asks', async () => {
        const plain = await serve(whole());
        const secure = await serve(whole(), { tls });
        const seen = [];
        const proxy = http.createServer().listen(0, '127.0.0.1');
        await once(proxy, 'listening');
        servers.push(proxy);
        proxy.on('connect', (request, socket) => {
            seen.push([request.url, request.headers['proxy-authorization']]);
            const name = request.url.split(':')[0];
            if (name === 'refused.example') {
                socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
                return;
            }
            const to = net.connect(name === 'plain.example' ? plain.port : secure.port, '127.0.0.1', () => {
                socket.write('HTTP/1.1 200 OK\r\n\r\n');
                socket.pipe(to).pipe(socket);
            });
            to.on('error', () => socket.destroy());
            socket.on('error', () => to.destroy());
        });
        const connection = { proxy: `http://user:p%40ss@127.0.0.1:${proxy.address().port}`, ca_file: cert };
        const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
        for (const url of ['http://plain.example/v.mp4', 'https://videos.example/v.mp4']) {
            assertKept(await keep(url, { connection }));
            fs.rmSync(file);
        }
        assert.deepEqual(seen, [['plain.example:80', authorization], ['videos.example:443', authorization]]);
        await assertFails('https://other.example/v.mp4', 'not_trusted', /not trusted/, { connection });
        await assertFails('https://refused.example/v.mp4', 'proxy_refused', /HTTP 403/, { connection });
        assertKept(await keep(plain.url, { connection })); // this machine's own
        assert.equal(seen.length, 4);
    });
});

test('which addresses are not of the public internet', () => {
    const inner = [
        '127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '198.19.0.1', '224.0.0.1',
        '255.255.255.255', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', '::ffff:127.0.0.1', '::ffff:7f00:1',
        '64:ff9b::10.0.0.1', '2002:7f00:1::', '2001:db8::1', 'ff02::1',
    ];
    const open = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::'];
    assert.deepEqual(inner.filter((address) => !isInnerAddress(address)), []);
    assert.deepEqual(open.filter(isInnerAddress), []);
    assert.equal(isInnerAddress('localhost'), false);
    assert.deepEqual(['localhost', '127.9.9.9', '[::1]', 'example.com', '10.0.0.1'].map(isLoopbackHost), [true, true, true, false, false]);
});
