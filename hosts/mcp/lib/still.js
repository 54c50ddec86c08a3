'use strict';
// A picture of a video, for clients that cannot play it. By FFmpeg, if the machine has it.
const { execFile } = require('node:child_process');

const { atOnce } = require('../native/durable/at_once');

const limitMs = 5000;
const mostBytes = 512 * 1024;
const oneAtOnce = atOnce(1);
const mostWaiting = 8;
let waiting = 0;

function frameOf(file) {
    // A playlist that calls itself a video would lead to other files.
    const input = ['-protocol_whitelist', 'file', '-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm', '-i', file];
    const args = ['-v', 'error', '-nostdin', ...input, '-frames:v', '1', '-vf', 'scale=w=min(640\\,iw):h=-2'];
    return new Promise((resolve) => {
        execFile(
            'ffmpeg',
            [...args, '-f', 'mjpeg', '-q:v', '5', 'pipe:1'],
            { encoding: 'buffer', timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: mostBytes },
            (error, bytes) => resolve(error || bytes.length === 0 ? null : bytes),
        );
    });
}

/** The first frame as JPEG; null: it cannot be had; undefined: too many are wanted at once. */
async function stillOf(file) {
    if (waiting >= mostWaiting) {
        return undefined;
    }
    waiting += 1;
    try {
        return await oneAtOnce(() => frameOf(file));
    } finally {
        waiting -= 1;
    }
}

module.exports = { stillOf };
