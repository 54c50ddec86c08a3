'use strict';
// The editor's own scripts without a browser. They ask the globals RED and $ for words and for what the form shows.
const fs = require('node:fs');
const path = require('node:path');
const { packageDirectory } = require('./places');

function addressOf(name) {
    const source = fs
        .readFileSync(path.join(packageDirectory, 'resources', name), 'utf8')
        .replace(/'\.\/(\w+\.js)'/g, (all, imported) => `'${addressOf(imported)}'`);
    return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
}

const editorModule = (name) => import(addressOf(name));

module.exports = { editorModule };
