'use strict';
// MP4 files in the making: boxes, and a movie's and its tracks' headers.

function number(value, bytes) {
    const hex = BigInt(value).toString(16).padStart(bytes * 2, '0');
    return Buffer.from(hex, 'hex');
}

const joined = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const box = (type, ...content) => joined(number(joined(...content).length + 8, 4), type, ...content);

function movieHeader(isLong, scale, duration) {
    const width = isLong ? 8 : 4;
    const times = joined(number(0, width), number(0, width));
    return box('mvhd', number(isLong ? 1 : 0, 1), number(0, 3), times, number(scale, 4), number(duration, width), Buffer.alloc(80));
}

function track(isLong, width, height) {
    const head = joined(number(isLong ? 1 : 0, 1), Buffer.alloc(isLong ? 87 : 75));
    return box('trak', box('edts', 'x'), box('tkhd', head, number(width << 16, 4), number(height << 16, 4)), box('mdia', 'xx'));
}

module.exports = { box, joined, movieHeader, number, track };
