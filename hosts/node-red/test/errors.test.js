'use strict';
// Failures of real runs, and how a flow goes on after them.
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NodeRed } = require('./support/node_red');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');

let nodeRed;
before(async () => {
    nodeRed = await new NodeRed().start();
});
after(() => nodeRed?.remove());

test('a run that is late can be collected with msg.run, without another job', { timeout: 60000 }, async () => {
    const server = await new JobServer({ renderMs: () => 2500 }).start();
    try {
        const impatient = connectionTo(server.url, { connection_job_timeout_ms: 1000 });
        const flow = await Flow.deploy(nodeRed, [impatient, imageToVideo()]);
        const message = { prompt: 'Zoom', image: `${server.url}/image` };
        await flow.send([message]);
        const [late] = await flow.results(1);
        assert.equal(late.error.type, 'Processing Timeout');
        assert.equal(late.error.retryable, true);
        assert.equal(late.error.charged, 'unknown');
        assert.equal(late.error.jobId, 'job_1');
        assert.equal(late.error.checkpoint, undefined);

        await nodeRed.deploy(flow.with([connectionTo(server.url), imageToVideo()]));
        await flow.send([{ ...message, run: late.run }]);
        const line = (await flow.results(2)).at(-1);
        assert.equal(line.payload.video, `${server.url}/videos/job_1.mp4`);
        assert.equal(line.run, undefined);
        assert.equal(server.jobs.size, 1);
    } finally {
        await server.end();
    }
});

test('a size that does not count is left out, so that nothing warns of it', { timeout: 60000 }, async () => {
    const server = await new JobServer({ renderMs: () => 100 }).start();
    try {
        const flow = await Flow.deploy(nodeRed, [connectionTo(server.url), imageToVideo({ input_model: 'model', input_model_type: 'msg' })]);
        const before = flow.lines().length;
        await flow.send([{ model: 'Pixel S', prompt: 'Zoom', image: `${server.url}/image` }]);
        const line = (await flow.results(before + 1)).at(-1);
        assert.equal(line.warnings, undefined);
        assert.match(line.payload.video, /job_1/);
        const { text } = await nodeRed.request('GET', '/workflow-nodes/spending/node');
        assert.match(text, /Billed since Node-RED started: [0-9]+, about [0-9]+ credits/);
    } finally {
        await server.end();
    }
});

test('no connection, no run', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [imageToVideo({ connection: '' })]);
    const before = flow.lines().length;
    await flow.send([{ prompt: 'Zoom', image: 'https://example.com/a.jpg' }]);
    const line = (await flow.results(before + 1)).at(-1);
    assert.equal(line.error.message, 'There is no PixelML Connection. Choose or add one in the node.');
});

test('a service that is not there is named, and the key is not', { timeout: 60000 }, async () => {
    const server = await new JobServer().start();
    await server.end();
    const flow = await Flow.deploy(nodeRed, [connectionTo(server.url, { connection_job_timeout_ms: 2000 }), imageToVideo()]);
    const before = flow.lines().length;
    await flow.send([{ prompt: 'Zoom', image: `${server.url}/image` }]);
    const line = (await flow.results(before + 1)).at(-1);
    assert.match(line.error.type, /API Connection Error|Processing Timeout/);
    assert.equal(line.error.charged, 'no');
    assert.ok(!JSON.stringify(line).includes('a-secret-key'));
    assert.ok(!nodeRed.output.includes('a-secret-key'));
});
