'use strict';
// Image files of every kind, each the same picture, and whether one is still upright.
const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

/** Those that no service gets. */
const broken = ['bomb.png', 'broken.jpg'];
/** Of every other kind. */
const upright = 'red green blue white';

/** In the folder; returns their names. */
async function makeImageKinds(folder) {
    await promisify(execFile)(path.join(__dirname, 'make_image_files'), [folder]);
    const names = fs.readdirSync(folder);
    if (names.length < 20 || !broken.every((name) => names.includes(name))) {
        throw new Error(`There are only ${names.join()}`);
    }
    return names;
}

const clearly = 50; // CMYK has no bright green or blue

function nameOf([red, green, blue]) {
    const parts = { red, green, blue };
    if (Object.values(parts).every((part) => part > 200)) {
        return 'white';
    }
    const isClear = (name) => Object.keys(parts).every((other) => other === name || parts[name] > parts[other] + clearly);
    return Object.keys(parts).find(isClear) ?? 'other';
}

/** What FFmpeg sees in the corners, in reading order, whatever the metadata says of its orientation. */
async function cornersOf(bytes) {
    const side = 10;
    const filter = `scale=${side}:${side}:flags=neighbor`;
    const args = ['-v', 'error', '-noautorotate', '-i', 'pipe:0', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
    const ffmpeg = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    ffmpeg.stdin.on('error', () => {}); // it may not want all of them
    ffmpeg.stdin.end(bytes);
    const ended = once(ffmpeg, 'close');
    const pixels = Buffer.concat(await ffmpeg.stdout.toArray());
    const [status] = await ended;
    if (status !== 0 || pixels.length !== side * side * 3) {
        throw new Error(`FFmpeg ended with ${status} and gave ${pixels.length} bytes`);
    }
    const [near, far] = [1, side - 2];
    const corners = [[near, near], [near, far], [far, near], [far, far]];
    return corners.map(([row, column]) => nameOf(pixels.subarray((row * side + column) * 3))).join(' ');
}

module.exports = { broken, cornersOf, makeImageKinds, upright };
