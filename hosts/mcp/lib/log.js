'use strict';
// Lines on stderr: stdout belongs to the protocol.
const { levels } = require('./settings');

const mostUnread = 1024 * 1024;

/** Clients may stop to read it: what they do not take is dropped. */
function toStderr(line) {
    if (process.stderr.writableLength < mostUnread) {
        process.stderr.write(line);
    }
}

/** A function (level, text). */
function logger(least, write = toStderr) {
    return (level, text) => {
        if (levels.indexOf(level) >= levels.indexOf(least)) {
            write(`${new Date().toISOString()} ${level}: ${String(text).replace(/\s*\n\s*/g, ' ').slice(0, 2000)}\n`);
        }
    };
}

module.exports = { logger };
