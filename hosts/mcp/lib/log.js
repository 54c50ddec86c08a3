'use strict';
// Lines on stderr: stdout belongs to the protocol.
const { levels } = require('./settings');

/** A function (level, text). */
function logger(least, write = (line) => process.stderr.write(line)) {
    return (level, text) => {
        if (levels.indexOf(level) >= levels.indexOf(least)) {
            write(`${new Date().toISOString()} ${level}: ${String(text).replace(/\s*\n\s*/g, ' ').slice(0, 2000)}\n`);
        }
    };
}

module.exports = { logger };
