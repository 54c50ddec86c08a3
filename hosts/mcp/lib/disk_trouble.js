'use strict';
// What models and people are told of a disk that fails, or of what it kept. Paths are in the log alone.

/** A record that says nothing that can be relied on: its run may be paid. */
class DamagedRecord extends Error {}

function sentenceOf(error) {
    if (error instanceof DamagedRecord) {
        return (
            'What the server kept of this run is damaged: nothing was started or paid now, but a video may have been paid before. ' +
            'The person who set the server up finds the file in its log; a call with another variation begins another run.'
        );
    }
    return (
        `The server's disk failed (${error.code}), so nothing was started or paid now: call again in a while. ` +
        'The person who set the server up finds more in its log.'
    );
}

/** Does the work. What the disk did not do rejects with such a sentence. */
async function inWords(work, log) {
    try {
        return await work();
    } catch (error) {
        if (!(error instanceof DamagedRecord) && error.syscall === undefined) {
            throw error;
        }
        log('error', error.message);
        throw new Error(sentenceOf(error));
    }
}

module.exports = { DamagedRecord, inWords };
