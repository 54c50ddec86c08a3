'use strict';
// What went over the wire, in Node-RED's log: at its level "trace", and no other.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NodeRed } = require('./support/node_red');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');
const { until } = require('../../../tests/support/waiting');

async function logOfARun(level) {
    const server = await new JobServer({ renderMs: () => 10 }).start();
    const nodeRed = new NodeRed({ more: { logging: { console: { level, metrics: false, audit: false } } } });
    try {
        await nodeRed.start();
        const flow = await Flow.deploy(nodeRed, [connectionTo(server.url), imageToVideo()]);
        await flow.send([{ topic: 1, prompt: 'Zoom', image: `${server.url}/image` }]);
        const [line] = await flow.results(1, 20000);
        assert.equal(line.from, 'result');
        await nodeRed.end(); // what was logged is written
        return nodeRed.output;
    } finally {
        await nodeRed.remove();
        await server.end();
    }
}

const exchanges = (log) => [...log.matchAll(/\[trace\].*pixelml_nodes: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json));

test('a line for each exchange at the level "trace", without the key', { timeout: 60000 }, async () => {
    const log = await logOfARun('trace');
    const seen = exchanges(log);
    assert.deepEqual([...new Set(seen.map(({ purpose }) => purpose))], ['submit', 'poll']);
    assert.equal(seen[0].request.headers.Authorization, 'Bearer ***');
    assert.match(seen[0].request.body, /Zoom/);
});

test('none at the level "debug"', { timeout: 60000 }, async () => {
    const log = await logOfARun('debug');
    assert.doesNotMatch(log, /"purpose"/);
});
