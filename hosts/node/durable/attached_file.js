'use strict';
// A file as an input of a run: what stands for it there, and how the module gets it.
const fs = require('node:fs');

const { prepareImage } = require('../addon');

const scheme = 'attachment:';

/** What tells the file from another, so that a run that is repeated with another one is not taken for the same. */
const digestText = (sha256) => sha256.digest('hex').slice(0, 32);

/** Of the file of that input. `digest`: as above, or null where it is not known. */
const attachmentName = (input, digest) => (digest === null ? input : `${input}~${digest}`);

/** What stands for the file in the input. */
const referenceTo = (name) => `${scheme}${encodeURIComponent(name)}`;

const isReference = (value) => typeof value === 'string' && value.startsWith(scheme);

/** The names of the files in an input. */
function attachmentNames(input) {
    const references = Object.values(input).filter(isReference);
    return references.map((reference) => decodeURIComponent(reference.slice(scheme.length)));
}

/** Open for reading, {file, size}; null: it is no regular file. `flags`: further ones of open. */
async function openRegularFile(place, flags = 0) {
    if (!(await fs.promises.stat(place)).isFile()) {
        return null; // opening it might do something
    }
    // It may be exchanged for a FIFO meanwhile, which one waits at otherwise.
    const file = await fs.promises.open(place, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | flags);
    const facts = await file.stat();
    if (!facts.isFile()) {
        await file.close();
        return null;
    }
    return { file, size: facts.size };
}

const isImage = (type) => type.startsWith('image/');

/** The file, bytes or a path, as the service takes it. `name`: what errors call it; null: by the path's last part. */
async function fileFor(request, source, name = null) {
    return request.mediaTypes.every(isImage) ? await prepareImage(source, { ...request, name }) : source;
}

module.exports = { attachmentName, attachmentNames, digestText, fileFor, isReference, openRegularFile, referenceTo };
