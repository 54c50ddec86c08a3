'use strict';
// Which of the folders of a package, one for each platform, holds what this machine can load.

const fs = require('node:fs');
const path = require('node:path');

const oldestGlibc = [2, 28]; // Node.js needs it itself, and scripts/package builds for no older one

let known;

/** The glibc that this process runs with, as "2.36"; undefined where there is none: on musl, and on other systems than Linux. */
function glibcVersion() {
    if (process.platform !== 'linux') {
        return undefined;
    }
    const { excludeNetwork } = process.report;
    process.report.excludeNetwork = true; // else a name server may be asked about each open connection
    try {
        return process.report.getReport().header.glibcVersionRuntime;
    } finally {
        process.report.excludeNetwork = excludeNetwork;
    }
}

/** {name: of the folder, glibc: its version}. Found out once: it takes some 20 ms. */
function thisPlatform() {
    if (known === undefined) {
        const glibc = glibcVersion();
        const libc = process.platform === 'linux' && glibc === undefined ? '-musl' : '';
        known = { name: `${process.platform}-${process.arch}${libc}`, glibc };
    }
    return known;
}

function isTooOld(glibc) {
    const [major, minor] = glibc.split('.').map(Number);
    return major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
}

/** Node-RED's palette gets errors as JSON, and shows the message if that has it. */
const errorForEditors = (message) => Object.defineProperty(new Error(message), 'message', { enumerable: true });

/**
 * The folder for this platform among those in `folder`. Throws, with words for whoever has installed the package, when there
 * is none. What loads is not tried: on musl an addon for glibc may load where the module beside it does not.
 */
function folderForThisPlatform(folder) {
    const { name, glibc } = thisPlatform();
    const there = fs.readdirSync(folder).sort();
    if (!there.includes(name)) {
        throw errorForEditors(
            `This package is for ${there.join(', ')}, and this machine is ${name}. ` +
                'Install it on one of those, for example in Docker.',
        );
    }
    if (glibc !== undefined && isTooOld(glibc)) {
        throw errorForEditors(
            `This package needs glibc ${oldestGlibc.join('.')} or newer, and this machine, ${name}, has ${glibc}. ` +
                'Install it on a newer release of the system, for example in Docker.',
        );
    }
    return path.join(folder, name);
}

module.exports = { folderForThisPlatform, thisPlatform };
