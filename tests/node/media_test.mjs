// What hosts on the addon tell of a file that they keep: in hosts/node/media. Needs neither the addon nor a module.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { FileFacts } = require('../../hosts/node/media/file_facts.js');
const { faultOfContent, keptExtension } = require('../../hosts/node/media/media_content.js');
const { Mp4Reader } = require('../../hosts/node/media/mp4_facts.js');
const { expiryText, hasExpired } = require('../../hosts/node/media/url_expiry.js');
const { box, joined, movieHeader, number, track } = require('../support/mp4_file.js');

const largeBox = (type, ...content) => joined(number(1, 4), type, number(joined(...content).length + 16, 8), ...content);
const openBox = (type, ...content) => joined(number(0, 4), type, ...content);

function factsOf(file, step = file.length) {
    const reader = new Mp4Reader();
    for (let at = 0; at < file.length; at += step) {
        reader.write(file.subarray(at, at + step));
    }
    return reader.facts();
}

test('size and duration of an MP4, wherever its movie box is and however its bytes come', () => {
    for (const isLong of [false, true]) {
        const content = [movieHeader(isLong, 1000, 5250), track(isLong, 0, 0), track(isLong, 1280, 720), track(isLong, 64, 64)];
        const [start, movie] = [box('ftyp', 'isom'), box('moov', ...content, box('udta', 'xxxx'))];
        const files = [
            joined(start, movie, box('mdat', Buffer.alloc(3000))),
            joined(start, largeBox('mdat', Buffer.alloc(3000)), movie),
            joined(start, movie, openBox('mdat', Buffer.alloc(3000))),
            joined(start, box('mdat', 'x'), openBox('moov', ...content)),
        ];
        for (const file of files) {
            for (const step of [1, 7, 100, file.length]) {
                assert.deepEqual(factsOf(file, step), { width: 1280, height: 720, duration: 5.25 });
            }
        }
    }
});

test('of anything else there is nothing to say', () => {
    const whole = box('moov', movieHeader(false, 1000, 5000), track(false, 1280, 720));
    const others = [
        ...[Buffer.alloc(0), Buffer.from('<html>'), Buffer.alloc(1000, 0xff), joined(number(4, 4), 'moov'), joined(number(1, 4), 'moov')],
        ...[box('moov'), box('moov', box('mvhd', 'short')), box('moov', joined(number(1, 4), 'trak'), 'xx'), whole.subarray(0, -1)],
        box('moov', movieHeader(false, 0, 5000)),
        box('moov', movieHeader(false, 1000, 0)), // in fragments
        box('moov', movieHeader(false, 1000, 2 ** 32 - 1)),
    ];
    for (const file of others) {
        assert.deepEqual(factsOf(file), {});
        assert.deepEqual(factsOf(file, 1), {});
    }
});

test('a file of boxes ends as one of bytes does', () => {
    const many = joined(...Array.from({ length: 2000 }, () => box('free')), box('moov', movieHeader(false, 1000, 5000)));
    assert.deepEqual(factsOf(many, 1000), {});
});

test('what is said of a file that is kept', () => {
    const file = joined(box('moov', movieHeader(false, 600, 1800)), box('mdat', Buffer.alloc(100)));
    const facts = new FileFacts();
    facts.write(file.subarray(0, 10));
    assert.equal(facts.bytes, 10);
    facts.write(file.subarray(10));
    const sha256 = createHash('sha256').update(file).digest('hex');
    assert.deepEqual(facts.facts(), { bytes: file.length, sha256, duration: 3 });
});

test('until when a URL is valid', () => {
    const expiries = {
        'X-Amz-Date=20251124T101112Z&X-Amz-Expires=3600': '2025-11-24T11:11:12Z',
        'X-Goog-Date=20251124T235959Z&X-Goog-Expires=1': '2025-11-25T00:00:00Z',
        'x-oss-expires=60&x-oss-date=20251124T101112Z': '2025-11-24T10:12:12Z',
        'X-Tos-Date=20251124T101112Z&X-Tos-Expires=60': '2025-11-24T10:12:12Z',
        'AWSAccessKeyId=a&Expires=1764000000&Signature=b': '2025-11-24T16:00:00Z',
        'sv=2024&se=2025-11-24T10%3A11%3A12Z&sig=c': '2025-11-24T10:11:12Z',
        'se=2025-11-24T10%3A11Z&sig=c': '2025-11-24T10:11:00Z',
        'se=2025-11-24&sig=c': '2025-11-24T00:00:00Z',
        'se=2025-11-24': null,
        'Expires=soon': null,
        'Expires=1': null,
        'X-Amz-Expires=3600': null,
        'X-Amz-Date=20251124T101112Z&X-Amz-Expires=99999999999999': null,
        '': null,
    };
    for (const [query, expected] of Object.entries(expiries)) {
        assert.equal(expiryText(`https://example.com/video.mp4?${query}`), expected, query);
    }
    assert.equal(expiryText('not a URL'), null);
    const expired = ['Expires=1700000000', 'Expires=4000000000', ''].map((query) => hasExpired(`https://example.com/?${query}`));
    assert.deepEqual(expired, [true, false, false]);
});

test('what a reply is', () => {
    const fault = (kind, type, beginning) => faultOfContent(kind, type, Buffer.from(beginning, 'latin1'));
    const taken = [
        ...['video/mp4', 'Video/WebM; codecs=vp9', 'application/octet-stream', undefined].map((type) => ['video', type, 'anything']),
        ['video', 'text/plain', '\0\0\0\x20ftypisom'],
        ['video', 'application/json', '\x1A\x45\xDF\xA3...'],
        ['video', 'application/json', ''], // not there yet
        ['file', 'application/json', '{}'],
        ['image', 'image/svg+xml', '<svg>'],
        ['image', undefined, '<?xml version="1.0"?><svg>'],
    ];
    for (const [kind, type, beginning] of taken) {
        assert.equal(fault(kind, type, beginning), '', `${kind}, ${type}`);
    }
    const pages = [['text/html; charset=utf-8', ''], ['video/mp4', '\xEF\xBB\xBF \r\n<!doctype html>'], ['video/mp4', '<?xml?><Error>']];
    for (const [type, beginning] of pages) {
        assert.equal(fault('video', type, beginning), 'the reply is a web page, not the video');
    }
    assert.equal(fault('video', 'application/json', '{}'), 'the reply is of the type "application/json", not the video');
    assert.match(fault('video', 'image/png', 'PNG'), /image\/png/);
});

test("the extension of a file is its URL's where that is usual", () => {
    const extension = (kind, name) => keptExtension(kind, `https://example.com/${name}?of=a.webm`);
    assert.deepEqual(
        [extension('video', 'a.WebM'), extension('video', 'a.php'), extension('image', 'a'), extension('file', 'a.mp4'), extension('audio', '')],
        ['webm', 'mp4', 'png', 'mp4', 'mp3'],
    );
    assert.equal(keptExtension('file', 'not a URL'), 'bin');
});
