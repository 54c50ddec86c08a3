'use strict';

/** Why there is no file. `code` is for programs, and the message ends a sentence. */
class FileProblem extends Error {
    /** `mayPass`: another try may end otherwise. `afterMs`: not before. */
    constructor(code, reason, { mayPass = false, afterMs = 0 } = {}) {
        super(reason);
        this.code = code;
        this.mayPass = mayPass;
        this.afterMs = afterMs;
    }
}
FileProblem.prototype.name = 'FileProblem';

const noRoom = ['ENOSPC', 'EFBIG', 'EDQUOT'];

/** "ENOSPC: no space left on device, write" */
const wordsOf = ({ message }) => /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;

/** What the file system said. */
function writeProblem(error) {
    if (error instanceof FileProblem) {
        return error;
    }
    if (error.code === 'EEXIST') {
        return new FileProblem('file_exists', 'there is another file of that name by now');
    }
    return new FileProblem(noRoom.includes(error.code) ? 'no_room' : 'not_written', `it could not be written: ${wordsOf(error)}`);
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "1.5 MiB" */
function sizeText(bytes) {
    let amount = bytes;
    let unit = 0;
    for (; amount >= (unit === 0 ? 1024 : 1023.95) && unit + 1 < units.length; unit += 1) {
        amount /= 1024;
    }
    return `${unit === 0 ? amount : amount.toFixed(1)} ${bytes === 1 ? 'byte' : units[unit]}`;
}

module.exports = { FileProblem, sizeText, wordsOf, writeProblem };
