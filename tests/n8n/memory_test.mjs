// The memory of a process of n8n that downloads many large videos: they go to the disk as they come.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { itemsOf } from './support/n8n.mjs';
import { Scenario } from './support/scenario.mjs';

const videos = 20;
const mebibyte = 2 ** 20;
const size = 200 * mebibyte;
/** Of what the process had before. Node.js alone takes up to 130 MiB for such downloads; a video that is held takes 200 more. */
const most = 200;

const part = Buffer.alloc(mebibyte, 'video');

/** As fast as it is taken. */
function sendLargeVideo(_request, response) {
    response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': size });
    let left = size;
    const more = () => {
        while (left > 0 && !response.destroyed) {
            left -= part.length;
            if (!response.write(part)) {
                response.once('drain', more);
                return;
            }
        }
        response.end();
    };
    more();
}

/** Peaks from now on are this process's alone. */
const forgetPeak = (child) => fs.writeFileSync(`/proc/${child.pid}/clear_refs`, '5');

function filesOfSize(folder) {
    const names = fs.readdirSync(folder, { recursive: true });
    return names.map((name) => fs.statSync(path.join(folder, name))).filter((stat) => stat.isFile() && stat.size === size);
}

for (const [major, queue] of [[1, true], [2, false]]) {
    const what = queue ? 'a worker' : 'a process alone';
    test(`n8n ${major}: ${what}, ${videos} videos of ${size / mebibyte} MiB`, { timeout: 400_000 }, async (t) => {
        const environment = { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_AVAILABLE_BINARY_DATA_MODES: 'filesystem' };
        const scenario = await Scenario.start({ major, queue, environment }, 1);
        t.after(() => scenario.end());
        const { n8n, server } = scenario;
        server.renderMs = () => 200;
        const [working] = queue ? n8n.workers : [n8n.main];
        const bare = working.memory().present;
        await scenario.addWorkflow('download', { download: true });
        const run = async (text, count) => await n8n.finished(await scenario.trigger('download', text, count), 300_000);
        scenario.assertVideos(await run('small:', 1), 'small:', 1); // n8n has loaded what it needs by then
        const before = working.memory().present;
        forgetPeak(working);
        server.sendVideo = sendLargeVideo;
        const started = performance.now();
        const execution = await run('large:', videos);
        const seconds = (performance.now() - started) / 1000;
        scenario.assertVideos(execution, 'large:', videos);
        assert.deepEqual(itemsOf(execution).map(({ json }) => json.bytes), Array(videos).fill(size));
        assert.equal(filesOfSize(n8n.directory).length, videos);
        const { peak } = working.memory();
        t.diagnostic(
            `n8n ${major}, ${what}: ${bare.toFixed(0)} MiB when started, ${before.toFixed(0)} MiB after one small video, ` +
                `${peak.toFixed(0)} MiB at most in ${seconds.toFixed(0)} s`,
        );
        assert.ok(peak - before <= most, `${(peak - before).toFixed(0)} MiB more`);
    });
}
