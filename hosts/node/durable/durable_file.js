'use strict';
// Files that are whole or not there at any moment, also after a crash or when the power fails.
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');

const ownerOnly = 0o600;

async function sync(directory) {
    const handle = await fs.open(directory, 'r');
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}

async function writeDurably(file, text) {
    // Of this writer alone: another one, perhaps in another process, may be writing the same file.
    const beside = `${file}.${crypto.randomUUID()}.new`;
    const handle = await fs.open(beside, 'wx', ownerOnly);
    try {
        try {
            await handle.writeFile(text);
            await handle.datasync();
        } finally {
            await handle.close();
        }
        await fs.rename(beside, file);
    } catch (error) {
        await fs.rm(beside, { force: true }).catch(() => {});
        throw error;
    }
    await sync(path.dirname(file)); // the rename itself
}

module.exports = { writeDurably };
