'use strict';
// The packed package, as npm installs it into a user folder that knows nothing of this repository.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NodeRed, packageName } = require('./support/node_red');
const { npm, pack } = require('./support/packed');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');

test('npm pack installs into a fresh user folder, and works', { timeout: 240000 }, async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'node-red-package-'));
    const server = await new JobServer({ renderMs: () => 200 }).start();
    let nodeRed;
    try {
        const { file, names } = pack(directory);
        for (const name of ['LICENSE', 'README.md', 'native/modules/linux-x64/pixelml_nodes.so', 'examples/Portrait.json']) {
            assert.ok(names.includes(name), name);
        }
        assert.deepEqual(names.filter((name) => /^(test|scripts|node_modules)/.test(name)), []);

        const userDirectory = path.join(directory, 'user');
        fs.mkdirSync(userDirectory);
        fs.writeFileSync(path.join(userDirectory, 'package.json'), '{"name":"flows","private":true}');
        npm(['install', '--ignore-scripts', file], userDirectory);
        assert.deepEqual(fs.readdirSync(path.join(userDirectory, 'node_modules')).filter((name) => name[0] !== '.'), [packageName]);

        nodeRed = await new NodeRed({ userDirectory }).start();
        const flow = await Flow.deploy(nodeRed, [connectionTo(server.url), imageToVideo()]);
        await flow.send([{ prompt: 'Zoom', image: `${server.url}/image` }]);
        const [line] = await flow.results(1);
        assert.equal(line.payload.video, `${server.url}/videos/job_1.mp4`);
    } finally {
        await nodeRed?.remove();
        await server.end();
        fs.rmSync(directory, { recursive: true, force: true });
    }
});
