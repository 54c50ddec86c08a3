'use strict';
// The file behind an input "attachment:NAME", when a module asks for it.

const fs = require('node:fs/promises');

const isAttachment = (value) => value instanceof Uint8Array || ['string', 'function'].includes(typeof value);

/** A larger file is the module's to refuse, which one byte too many makes it do. */
async function readUpTo(maxBytes, path) {
    const { size, isFile } = await fs.stat(path).then((there) => ({ size: there.size, isFile: there.isFile() }));
    if (!isFile) {
        throw new Error(`"${path}" is not a regular file`);
    }
    const handle = await fs.open(path);
    try {
        const bytes = Buffer.alloc(Math.min(size, maxBytes + 1));
        let filled = 0;
        for (let got = -1; got !== 0 && filled < bytes.length; filled += got) {
            got = (await handle.read(bytes, filled, bytes.length - filled)).bytesRead;
        }
        return bytes.subarray(0, filled);
    } finally {
        await handle.close();
    }
}

async function read(given, request) {
    if (given === undefined) {
        throw new Error(`The run was given no file of the name "${request.name}"`);
    }
    const value = typeof given === 'function' ? await given(request) : given;
    if (typeof value === 'string') {
        return await readUpTo(request.maxBytes, value);
    }
    if (!(value instanceof Uint8Array)) {
        throw new TypeError(`What was given as the file "${request.name}" is neither bytes nor a path`);
    }
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** {bytes}, or {failure}: the sentence that says why there are none. `given`: as for the run; undefined: there is none. */
async function bytesOf(given, request) {
    try {
        return { bytes: await read(given, request) };
    } catch (error) {
        return { failure: String(error?.message ?? '') };
    }
}

module.exports = { bytesOf, isAttachment };
