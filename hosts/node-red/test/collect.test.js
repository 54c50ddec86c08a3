'use strict';
// Start and Collect: what leaves through which output, what is refused, and that a job between the two is never lost.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NodeRed } = require('./support/node_red');
const { repository } = require('./support/places');
const { Flow, connectionTo, imageToVideo, lineTo } = require('./support/flows');
const { until } = require('../../../tests/support/waiting');

const renderMs = ({ prompt }) => (prompt.includes('soon') ? 2500 : 1e9); // else when the test says so

/** Takes the service's word for a job that renders for a failure. */
const misreadingBinding = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
misreadingBinding.status_words.failed.push(...misreadingBinding.status_words.running.splice(0));

let server;
let nodeRed;
before(async () => {
    server = await new JobServer({ renderMs }).start();
    nodeRed = await new NodeRed().start();
});
after(async () => {
    await nodeRed?.remove();
    await server?.end();
});

const start = (more) => imageToVideo({ operation: 'start', ...more });
const collect = (more) => imageToVideo({ operation: 'collect', outputs: 2, wait: '0', giveUpAfter: '24', wires: [['result'], ['open']], ...more });
const open = lineTo('open', 'open');
const delay = (wires, milliseconds = 200) => ({
    id: 'delay', z: 'tab', type: 'delay', name: '', pauseType: 'delay', timeout: String(milliseconds), timeoutUnits: 'milliseconds', wires: [wires], x: 500, y: 200,
});

const done = (jobId) => (server.jobs.get(jobId).doneAt = 0);
const photo = (prompt) => ({ prompt, image: `${server.url}/image`, topic: prompt });
const videoOf = (jobId) => `${server.url}/videos/${jobId}.mp4`;
const keptIn = (one) => {
    const directory = path.join(one.userDirectory, 'workflow-nodes', 'runs');
    return fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
};

/** Deploys the nodes and sends the messages; resolves to what leaves the flow, of which there are `count`. */
async function play(nodes, messages, count = messages.length, connection = connectionTo(server.url)) {
    const flow = await Flow.deploy(nodeRed, [connection, open, ...nodes], 'nodes'); // a full one sends what is on its way again
    const before = flow.lines().length;
    await flow.send(messages);
    return (await flow.results(before + count)).slice(before);
}

async function started(prompt) {
    const [line] = await play([start()], [photo(prompt)]);
    return line;
}

test('Start goes on as soon as the job is known, and Collect has it through the output that fits', { timeout: 60000 }, async () => {
    const first = await started('one');
    const jobId = first.payload.job_id;
    assert.deepEqual([first.from, first.topic, first.payload.status, server.jobs.has(jobId)], ['result', 'one', 'rendering', true]);
    assert.ok(first.payload.wait_seconds >= 1);
    assert.equal(first.run.checkpoint.jobId, jobId);

    const [second] = await play([collect()], [{ topic: 'one', run: first.run }]);
    assert.deepEqual([second.from, second.topic, second.payload.status, second.payload.job_id], ['open', 'one', 'rendering', jobId]);
    assert.deepEqual([second.run.key, second.run.startedAt, second.run.input], [first.run.key, first.run.startedAt, first.run.input]);
    assert.equal(second.warnings, undefined);

    done(jobId);
    const [third] = await play([collect()], [{ topic: 'one', run: second.run }]);
    assert.deepEqual([third.from, third.topic, third.payload.video, third.run], ['result', 'one', videoOf(jobId), undefined]);
    assert.equal(server.jobsOf('one').length, 1);
    await until('the file to go', () => keptIn(nodeRed).length === 0);
});

test('Collect waits for as long as the form says', { timeout: 60000 }, async () => {
    const { run } = await started('soon');
    const { jobId } = run.checkpoint;
    const [line] = await play([collect({ wait: '60' })], [{ run }]);
    assert.deepEqual([line.from, line.payload.video], ['result', videoOf(jobId)]);
});

test('what is no run, and a run that is in progress, are refused with a sentence', { timeout: 60000 }, async () => {
    const { run } = await started('twice');
    const { jobId } = run.checkpoint;
    const flow = await Flow.deploy(nodeRed, [connectionTo(server.url), open, collect({ wait: '60' })], 'nodes');
    const before = flow.lines().length;
    await flow.send([{ topic: 'first', run }]);
    await until('a look at the job', () => server.jobs.get(jobId).polls > 0);
    await flow.send([{ topic: 'second', run }, { topic: 'none' }, { topic: 'odd', run: { key: 7 } }]);
    const refused = (await flow.results(before + 3)).slice(before);
    const words = Object.fromEntries(refused.map(({ topic, error }) => [topic, error.message]));
    assert.match(words.second, /^The run node:\S+ is in progress already\. Wait for the message/);
    assert.match(words.none, /this message has no msg\.run\. Send it the message of a node with the operation Start/);
    assert.match(words.odd, /the msg\.run of this message is none\. Send it/);
    await flow.send([{ cancel: true }]);
    const cancelled = (await flow.results(before + 4)).at(-1);
    assert.deepEqual([cancelled.topic, cancelled.error.type], ['first', 'Cancelled']);
    assert.equal(server.jobs.get(jobId).cancelled, false, 'who collects is perhaps not the only one who waits');
    done(jobId);
    const [line] = await play([collect()], [{ run: cancelled.run }]);
    assert.equal(line.payload.video, videoOf(jobId));
    assert.equal(server.jobsOf('twice').length, 1);
});

test('Collect gives up, says how to go on, and can still be sent the run', { timeout: 60000 }, async () => {
    const { run } = await started('given up');
    const { jobId } = run.checkpoint;
    const yesterday = { ...run, startedAt: Date.now() - 24 * 3600 * 1000 };
    const [line] = await play([collect()], [{ run: yesterday }]);
    assert.deepEqual([line.from, line.error.type, line.error.charged, line.error.jobId], ['catch', 'Processing Timeout', 'unknown', jobId]);
    assert.match(line.error.message, new RegExp(`24 h after the start.*The job ${jobId} is kept`));
    assert.match(line.error.solution, /send this message with its msg\.run into a Collect again/);
    assert.equal(keptIn(nodeRed).length, 1);
    done(jobId);
    const [late] = await play([collect()], [{ run: line.run }]);
    assert.deepEqual([late.from, late.payload.video], ['result', videoOf(jobId)]);
    await until('the file to go', () => keptIn(nodeRed).length === 0);
});

test('a run that was late is collected', { timeout: 60000 }, async () => {
    const [late] = await play([imageToVideo()], [photo('late')], 1, connectionTo(server.url, { connection_job_timeout_ms: 1000 }));
    assert.equal(late.error.type, 'Processing Timeout');
    const { jobId } = late.run.checkpoint;
    done(jobId);
    const [line] = await play([collect()], [{ run: late.run }]);
    assert.deepEqual([line.from, line.payload.video], ['result', videoOf(jobId)]);
    assert.equal(server.jobsOf('late').length, 1);
});

test('a run whose job was misread as failed is collected', { timeout: 60000 }, async () => {
    const misreads = connectionTo(server.url, { connection_api_binding: JSON.stringify(misreadingBinding) });
    const [failed] = await play([imageToVideo()], [photo('misread')], 1, misreads);
    assert.deepEqual([failed.from, failed.error.type], ['catch', 'Generation Failed']);
    const [job] = server.jobsOf('misread');
    done(job.id);
    const [line] = await play([collect()], [{ run: failed.run }]);
    assert.deepEqual([line.from, line.payload.video], ['result', videoOf(job.id)]);
    assert.equal(server.jobsOf('misread').length, 1);
});

test('Start counts for the limit of an hour, and Collect does not', { timeout: 60000 }, async () => {
    const lines = await play([start({ runsPerHour: '1' })], [photo('counted'), photo('counted')]);
    assert.deepEqual(lines.map((line) => line.error?.type ?? line.payload.status).sort(), ['Spending Limit', 'rendering']);
    const { run } = lines.find((line) => line.run);
    const collected = await play([collect({ runsPerHour: '1' })], [{ run }]);
    const again = await play([collect({ runsPerHour: '1' })], [{ run }]);
    assert.deepEqual([...collected, ...again].map((line) => line.from), ['open', 'open']);
    done(run.checkpoint.jobId);
    await play([collect()], [{ run }]);
});

/** Start, delay, Collect with one wire back. What leaves Start is written too. */
const loop = (wait, delayMs) => [
    connectionTo(server.url), lineTo('begun', 'begun'),
    start({ wires: [['delay', 'begun']] }), delay(['collect'], delayMs), collect({ id: 'collect', wait, wires: [['result'], ['delay']] }),
];

test('Start, delay and Collect with one wire back: one job, one video', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, loop('0'));
    const before = flow.lines().length;
    await flow.send([photo('loop')]);
    const [{ id }] = await until('looks at the job', () => server.recordedJobsOf('loop').filter(({ polls }) => polls >= 3).length && server.jobsOf('loop'));
    done(id);
    const lines = (await flow.results(before + 2)).slice(before);
    assert.deepEqual(lines.map(({ from }) => from), ['begun', 'result']);
    assert.equal(lines[1].payload.video, videoOf(id));
    assert.equal(server.jobsOf('loop').length, 1);
});

const hour = 3600 * 1000;
for (const [what, restart] of [
    ['a full deploy', (flow, nodes) => nodeRed.deploy(flow.with(nodes))],
    ['a restart of the flows', async (flow, nodes, deployed) => {
        const file = path.join(nodeRed.userDirectory, 'flows.json');
        fs.writeFileSync(file, JSON.stringify(deployed.map((node) => nodes.find(({ id, type }) => id === node.id && type === 'delay') ?? node)));
        await nodeRed.deploy(undefined, 'reload');
    }],
]) {
    test(`${what} while a delay node has the message: one job, one video`, { timeout: 60000 }, async () => {
        const flow = await Flow.deploy(nodeRed, loop('0', hour));
        const before = flow.lines().length;
        await flow.send([photo(what)]);
        await flow.results(before + 1);
        const [{ id }] = server.jobsOf(what);
        done(id);
        await restart(flow, loop('0'), await nodeRed.request('GET', '/flows'));
        const lines = (await flow.results(before + 3)).slice(before);
        assert.deepEqual(lines.map(({ from, topic }) => [from, topic]), [['begun', what], ['begun', what], ['result', what]]);
        assert.deepEqual([lines[2].payload.video, server.jobsOf(what).length], [videoOf(id), 1]);
        await until('the file to go', () => keptIn(nodeRed).length === 0);
    });
}

for (const signal of ['SIGKILL', 'SIGTERM']) {
    for (const [where, wait, isThere] of [
        ['between Start and Collect', '0', (flow) => flow.lines().some(({ from }) => from === 'begun')],
        ['while Collect waits', '3600', (flow, job) => job?.polls > 0],
    ]) {
        test(`${signal} ${where}: one job, one video after the restart`, { timeout: 60000 }, async () => {
            const own = await new NodeRed().start();
            const prompt = `${signal} ${where}`;
            try {
                const flow = await Flow.deploy(own, loop(wait));
                await flow.send([photo(prompt)]);
                await until(where, () => isThere(flow, server.jobsOf(prompt)[0]));
                await own.end(signal);
                assert.equal(keptIn(own).length, 1);
                const [{ id }] = server.jobsOf(prompt);
                done(id);
                await own.start();
                const videos = await until('the video', () => {
                    const ended = flow.lines().filter(({ from }) => from !== 'begun');
                    return ended.length > 0 && ended;
                });
                assert.deepEqual(videos.map(({ from, topic, payload }) => [from, topic, payload.video]), [['result', prompt, videoOf(id)]]);
                assert.equal(server.jobsOf(prompt).length, 1);
                await until('the file to go', () => keptIn(own).length === 0);
            } finally {
                await own.remove();
            }
        });
    }
}
