'use strict';
// What a call may bring, in bytes.

const MiB = 1024 * 1024;

module.exports = {
    /** Of a file in a data: URI, which is a third longer. */
    largestFileInArguments: 2 * MiB,
    /** Without such files. */
    largestArguments: MiB,
    /** Of a client: what is longer than all that is answered with what is too large in it, up to here. */
    largestMessage: 8 * MiB,
    /** Of a file on the disk, before it is converted. No service is known to take a larger one after that. */
    largestFile: 64 * MiB,
    /** Of the files of all runs that may need them. */
    mostBytesOfFiles: 1024 * MiB,
};
