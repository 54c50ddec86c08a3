// Node-RED on each platform: its palette installs the package that scripts/package has made, and a flow makes a video.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import flows from '../../hosts/node-red/test/support/flows.js';
import nodeRedSupport from '../../hosts/node-red/test/support/node_red.js';
import jobServer from '../support/job_server.js';

import { assertLoaded, folder, hasPlatform, inModules, packageOf, programOf, runtimes } from './machines.mjs';

const { Flow, connectionTo, imageToVideo } = flows;
let server;
before(async () => {
    server = await new jobServer.JobServer({ renderMs: () => 200 }).start();
});
after(() => server?.end());

for (const [at, [platform, name, commandOf]] of runtimes.entries()) {
    test(`${platform}: Node-RED in ${name}`, { timeout: 400_000, skip: !hasPlatform(platform) }, async (t) => {
        const command = commandOf();
        const userDirectory = path.join(folder, `node-red-${at}`);
        fs.mkdirSync(userDirectory);
        const env = { npm_config_offline: 'true', WORKFLOW_NODE_ADDON: '', EXEC_PATH: programOf(command, `runtime-${at}`) };
        const nodeRed = new nodeRedSupport.NodeRed({
            userDirectory, node: command, execArgv: ['--require', inModules('exec_path.js')], env, startMs: 120_000,
        });
        await nodeRed.start();
        t.after(() => nodeRed.remove());
        const installed = await nodeRed.upload(packageOf('node-red-'));
        assert.deepEqual(installed.nodes?.map(({ types, err }) => [types, err]), [[['pixelml-connection', 'image_to_video'], undefined]]);
        assertLoaded(nodeRed.child, platform);

        const flow = await Flow.deploy(nodeRed, [connectionTo(server.url), imageToVideo()]);
        await flow.send([{ prompt: name, image: `${server.url}/image` }]);
        const [{ payload }] = await flow.results(1, 60_000);
        assert.equal(payload.video, server.videoOf(server.jobsOf(name)[0]));
    });
}
