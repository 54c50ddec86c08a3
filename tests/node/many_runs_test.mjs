// A thousand runs of image_to_video at once, against a local server in a thread of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { assertEventLoopFree, load, modules } from './support.mjs';

const server = new Worker(new URL('./programs/job_server.mjs', import.meta.url));
const [port] = await once(server, 'message');
after(() => server.terminate());

async function jobCount() {
    server.postMessage('count');
    return (await once(server, 'message'))[0];
}

const count = 1000;
const base = `http://127.0.0.1:${port}`;
const connection = { api_key: 'test', base_url: base, allow_insecure_loopback: true };

test('1 000 runs at once', async (t) => {
    const session = load(modules.pixelml).open({ host: { name: 'tests', version: '1' } });
    let attempt = 0;
    await assertEventLoopFree(t, async () => {
        attempt += 1;
        let progress = 0;
        let checkpoints = 0;
        const started = performance.now();
        const runs = Array.from({ length: count }, (_, i) =>
            session.execute({
                node: 'image_to_video',
                input: { prompt: `Zoom in, ${i}`, image: `${base}/image.png`, negative_prompt: null },
                connection,
                runKey: `attempt ${attempt}, run ${i}`,
                onProgress: () => (progress += 1),
                onCheckpoint: async () => {
                    checkpoints += 1;
                },
            }),
        );
        t.diagnostic(`starting ${count} runs took ${(performance.now() - started).toFixed(1)} ms`);
        const videos = new Set((await Promise.all(runs)).map(({ output }) => output.video));
        assert.equal(videos.size, count);
        assert.equal(checkpoints, 2 * count);
        assert.ok(progress >= count);
    });
    assert.equal(await jobCount(), attempt * count);
    await session.close();
});

test('a run that is closed amid its job goes on from its checkpoint, without another job', async () => {
    const jobsBefore = await jobCount();
    const module = load(modules.pixelml);
    const run = {
        node: 'image_to_video',
        input: { prompt: 'slow', image: `${base}/image.png`, negative_prompt: null },
        connection,
        runKey: 'closed and gone on',
    };
    const first = module.open();
    let result;
    await new Promise((submitted) => {
        result = first.execute({ ...run, onProgress: ({ jobId }) => jobId !== null && submitted() });
    });
    await first.close();
    const { outcome, checkpoint } = await result;
    assert.equal(outcome, 'suspended');
    const second = module.open();
    assert.match((await second.execute({ ...run, checkpoint })).output.video, /\.mp4$/);
    await second.close();
    assert.equal(await jobCount(), jobsBefore + 1);
});
