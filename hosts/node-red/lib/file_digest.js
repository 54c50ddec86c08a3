'use strict';
// What tells one file from another, so that a run that is sent again with another photo is not taken for the same one.
const { createHash } = require('node:crypto');

const { digestText, openRegularFile } = require('../native/durable/attached_file');

const largest = 2 ** 30; // bytes, as for a conversion

async function digestAt(place) {
    const opened = await openRegularFile(place);
    if (opened === null) {
        return null;
    }
    const { file, size } = opened;
    try {
        if (size > largest) {
            return null;
        }
        const hash = createHash('sha256');
        for await (const chunk of file.createReadStream({ autoClose: false, end: largest })) {
            hash.update(chunk);
        }
        return digestText(hash);
    } finally {
        await file.close();
    }
}

let last = Promise.resolve(); // one after the other, so that messages stay in their order

/** Of a path or bytes; null: there is no such file, or it cannot be read. */
function digestOf(file) {
    const read = async () => (typeof file === 'string' ? digestAt(file) : digestText(createHash('sha256').update(file)));
    last = last.then(read).catch(() => null);
    return last;
}

module.exports = { digestOf };
