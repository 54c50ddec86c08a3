'use strict';
// A machine that the package has no binaries for: Node-RED runs, and its palette says what is wrong.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { NodeRed, packageName } = require('./support/node_red');

const execArgv = ['--require', require.resolve('../../../tests/support/pretend_platform.js')];

for (const [platform, words] of [
    ['darwin arm64', /This package is for [^.]*linux-x64[^.]*, and this machine is darwin-arm64\. Install it on one of those, for example in Docker\./],
    ['linux x64 2.17', /This package needs glibc 2\.28 or newer, and this machine, linux-x64, has 2\.17\. Install it on a newer release/],
]) {
    test(`on ${platform}`, { timeout: 60000 }, async (t) => {
        const nodeRed = await new NodeRed({ execArgv, env: { PRETEND_PLATFORM: platform } }).start();
        t.after(() => nodeRed.remove());
        const sets = await nodeRed.request('GET', '/nodes');
        const { err } = sets.find(({ module }) => module === packageName);
        assert.match(err.message ?? err, words); // the editor shows either
        assert.match(nodeRed.output, words);
    });
}
