'use strict';
// Where a module lies that is named without a folder: see "Places" in node.h.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { native } = require('./dispatch.js');
const { ModuleError } = require('./errors.js');

function folders() {
    const lists = [process.env[native.pathVariable] ?? '', native.defaultPath];
    const named = lists.flatMap((list) => list.split(':')).map((folder) => folder.replace(/^~(?=\/)/, () => os.homedir()));
    return named.filter(path.isAbsolute); // a relative one means another place each time
}

const writableByOthers = 0o022; // the mode's bits of the group and of everybody

/** undefined: it is not there, or not this user's to look at. */
function statOf(file) {
    try {
        return fs.statSync(file);
    } catch {
        return undefined;
    }
}

/** Code is loaded only from where nobody but the user and root can put it. */
const isSafe = ({ uid, mode }) => [0, process.geteuid()].includes(uid) && (mode & writableByOthers) === 0;

/** The file of a module by its name, with or without ".so". */
function findModule(name) {
    const fileName = name.endsWith('.so') ? name : `${name}.so`;
    const unsafe = [];
    for (const folder of folders()) {
        const stat = statOf(folder);
        const file = path.join(folder, fileName);
        if (stat !== undefined && !isSafe(stat)) {
            unsafe.push(folder);
        } else if (statOf(file)?.isFile()) {
            return file;
        }
    }
    const skipped = unsafe.length > 0 ? ` Others than you and root may write in ${unsafe.join(', ')}: not looked there.` : '';
    throw new ModuleError(
        'module_not_found',
        `There is no ${fileName} in ${folders().join(', ')}.${skipped} ` +
            `Set ${native.pathVariable} to its folder, or give the file's path (./${fileName} for one in this folder)`,
    );
}

module.exports = { findModule };
