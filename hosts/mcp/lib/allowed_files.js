'use strict';
// The files that clients may name: those in the folders of --files. What was looked at is what is read, whoever exchanges
// a file or a link meanwhile.
const { constants } = require('node:fs');
const { readlink, realpath, stat } = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const { openRegularFile } = require('../native/durable/attached_file');

/** Also of "..", of what leads out of a folder. */
const isHidden = (part) => part.startsWith('.');

class AllowedFiles {
    /** Without symbolic links. */
    folders;

    constructor(folders) {
        this.folders = folders;
    }

    /** `folders`: as the person named them. */
    static async in(folders) {
        for (const folder of folders) {
            if (!(await stat(folder).catch(() => null))?.isDirectory()) {
                throw new Error(`--files takes a folder, which ${folder} is not`);
            }
        }
        return new AllowedFiles(await Promise.all(folders.map((folder) => realpath(folder))));
    }

    #contain(place) {
        return this.folders.some((folder) => !path.relative(folder, place).split(path.sep).some(isHidden));
    }

    /** `text`: an absolute path or a file: URL. {file: its handle, size, name}; null: there is no such file for clients. */
    async open(text) {
        try {
            const place = await realpath(/^file:/i.test(text) ? fileURLToPath(text) : text);
            const opened = this.#contain(place) ? await openRegularFile(place, constants.O_NOFOLLOW) : null;
            if (opened !== null && !this.#contain(await readlink(`/proc/self/fd/${opened.file.fd}`))) {
                await opened.file.close();
                return null;
            }
            return opened && { ...opened, name: path.basename(place) };
        } catch {
            return null; // whether it is there or not, nobody is told of a file elsewhere
        }
    }
}

module.exports = { AllowedFiles };
