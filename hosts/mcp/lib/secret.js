'use strict';
// The server's own secret, made once, from which the names of its runs follow.
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');

/** The text of the file, which is made with `made` if there is none. Two processes at once get the same. */
async function textMadeOnce(file, made) {
    await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${crypto.randomUUID()}.new`;
    await fs.writeFile(beside, made, { mode: 0o600, flush: true });
    try {
        await fs.link(beside, file);
    } catch (error) {
        if (error.code !== 'EEXIST') {
            throw error;
        }
    } finally {
        await fs.rm(beside, { force: true });
    }
    return (await fs.readFile(file, 'utf8')).trim();
}

const randomText = () => crypto.randomBytes(32).toString('base64url');

module.exports = { randomText, textMadeOnce };
