'use strict';
// The name of a file in a folder, made of its run's key: no two keys share one, and none leads out of the folder.
const crypto = require('node:crypto');
const path = require('node:path');

const longestStem = 120;
const digestDigits = 16;

function stemOf(text) {
    const stem = text.slice(0, longestStem).replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\./, '_');
    if (stem === text) {
        return stem;
    }
    const digest = crypto.createHash('sha256').update(text).digest('hex');
    return `${stem}~${digest.slice(0, digestDigits)}`; // which no key has that is a name itself
}

/** `output`: its name, where a run has several files; otherwise null. */
function mediaPath(folder, runKey, output, extension) {
    return path.join(folder, `${stemOf(runKey)}${output === null ? '' : `+${stemOf(output)}`}.${extension}`);
}

module.exports = { mediaPath };
