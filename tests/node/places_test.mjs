// Modules that are named without a folder.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { load, ModuleError, modules } from './support.mjs';

let root;
let first;
let second;
const { HOME: home } = process.env;

beforeEach(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'places-')));
    [first, second] = ['first', 'second'].map((name) => path.join(root, name));
    fs.mkdirSync(first);
    fs.mkdirSync(second);
    process.env.WORKFLOW_NODE_PATH = `${first}::${path.join(root, 'missing')}:${second}`;
    process.env.HOME = root;
});
afterEach(() => {
    delete process.env.WORKFLOW_NODE_PATH;
    process.env.HOME = home;
    fs.rmSync(root, { recursive: true });
});

/** The module under a name of its own, because another file of the same path would be the one that is loaded already. */
function place(folder, name) {
    const file = path.join(folder, name);
    fs.copyFileSync(modules.example, file);
    return file;
}

const refused = (name, message) =>
    assert.throws(() => load(name), (error) => {
        assert.ok(error instanceof ModuleError);
        assert.equal(error.code, 'module_not_found');
        assert.match(error.message, message);
        return true;
    });

test('with and without its ending, in the folders of the variable; the first one counts', () => {
    const inSecond = place(second, 'some_nodes.so');
    fs.mkdirSync(path.join(first, 'some_nodes.so')); // not a file
    assert.equal(load('some_nodes').path, inSecond);
    assert.equal(load('some_nodes.so').path, inSecond);
    fs.rmdirSync(path.join(first, 'some_nodes.so'));
    const inFirst = place(first, 'some_nodes.so');
    assert.equal(load('some_nodes').path, inFirst);
});

test("after them, in the folder of the user's home", () => {
    const own = path.join(root, '.local', 'lib', 'workflow_node');
    fs.mkdirSync(own, { recursive: true });
    const file = place(own, 'home_nodes.so');
    assert.equal(load('home_nodes').path, file);
});

test('not in a folder in which others may write, and the error names it', () => {
    place(first, 'open_nodes.so');
    for (const mode of [0o775, 0o757]) {
        fs.chmodSync(first, mode);
        refused('open_nodes', new RegExp(`no open_nodes\\.so in .*may write in ${first}: not looked there`));
    }
    fs.chmodSync(first, 0o755);
    assert.equal(load('open_nodes').path, path.join(first, 'open_nodes.so'));
});

test('not in the current folder, nor in one that is relative to it', () => {
    const before = process.cwd();
    place(root, 'here_nodes.so');
    process.env.WORKFLOW_NODE_PATH = '.:';
    process.chdir(root);
    try {
        refused('here_nodes.so', /Set WORKFLOW_NODE_PATH to its folder, or give the file's path \(\.\/here_nodes\.so/);
        assert.equal(load('./here_nodes.so').name, 'example');
    } finally {
        process.chdir(before);
    }
});
