'use strict';
// Images as a service takes them, converted by programs in processes of their own.

const { native } = require('./dispatch.js');

const mostAtOnce = 2; // each has a thread, and a processor's work

const waiting = [];
let active = 0;

function limit(name, value = null) {
    const number = value ?? 0;
    if (!Number.isSafeInteger(number) || number < 0) {
        throw new TypeError(`prepareImage: ${name} is a whole number, or null where no limit is known`);
    }
    return number;
}

function sourceOf(source) {
    if (typeof source === 'string' && !source.includes('\0')) {
        return source;
    }
    if (!(source instanceof Uint8Array)) {
        throw new TypeError('prepareImage: the source is a path, or bytes');
    }
    return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
}

function nameOf(name = null) {
    if (name !== null && typeof name !== 'string') {
        throw new TypeError('prepareImage: name is a text');
    }
    return name;
}

function mediaTypesOf(types = []) {
    if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) {
        throw new TypeError('prepareImage: mediaTypes is an array of texts');
    }
    return types.join(', ');
}

async function myTurn() {
    if (active >= mostAtOnce) {
        await new Promise((resolve) => waiting.push(resolve)); // whoever is done hands the place on
    } else {
        active += 1;
    }
}

function done() {
    const next = waiting.shift();
    if (next === undefined) {
        active -= 1;
    } else {
        next();
    }
}

async function prepareImage(source, { name, mediaTypes, maxBytes, maxSide } = {}) {
    const from = [sourceOf(source), nameOf(name)];
    const order = [mediaTypesOf(mediaTypes), limit('maxBytes', maxBytes), Math.min(limit('maxSide', maxSide), 65_535)];
    await myTurn();
    try {
        return await native.prepareImage(...from, ...order);
    } finally {
        done();
    }
}

module.exports = { prepareImage };
