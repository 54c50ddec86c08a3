'use strict';
// Runs that were paid for: what a crash, a restart and a deploy do to them.
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { NodeRed } = require('./support/node_red');
const { exampleModule } = require('./support/places');
const { startSandbox } = require('./support/sandbox');
const { Flow, connectionTo, echo, imageToVideo, slowEcho, valley } = require('./support/flows');
const { until } = require('../../../tests/support/waiting');

let sandbox;
before(async () => {
    sandbox = await startSandbox(['--workers', '2']);
});
after(() => sandbox?.end());

async function withNodeRed(work) {
    const nodeRed = await new NodeRed({ more: { workflowNodes: { modules: [exampleModule] } } }).start();
    try {
        await work(nodeRed);
    } finally {
        await nodeRed.remove();
    }
}

/** Without a file that a process killed amid a write left unfinished: a start removes it when it is a minute old. */
const keptFiles = (nodeRed) => {
    const directory = path.join(nodeRed.userDirectory, 'workflow-nodes', 'runs');
    const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
    return names.filter((name) => !name.endsWith('.new')).map((name) => path.join(directory, name));
};
/** How many of them name the job that was submitted. */
const keptJobs = (nodeRed) =>
    keptFiles(nodeRed).filter((file) => JSON.parse(fs.readFileSync(file, 'utf8')).checkpoint?.submission === 'yes').length;
const threads = (nodeRed) => fs.readdirSync(`/proc/${nodeRed.child.pid}/task`).length;
const renders = () => {
    try {
        return execFileSync('pgrep', ['-c', '-P', String(sandbox.child.pid), 'ffmpeg'], { encoding: 'utf8' }).trim();
    } catch (error) {
        if (error.status === 1) {
            return '0'; // none
        }
        throw error;
    }
};
const photos = (count) =>
    Array.from({ length: count }, (_, n) => ({ topic: `photo ${n}`, prompt: `Slow zoom in, number ${n}`, image: sandbox.image }));

/** A kill while `count` runs render, whose `jobs` the sandbox has, and a start: as many videos of as many jobs. */
async function surviveKill(connection, count, jobs, isKillable) {
    await withNodeRed(async (nodeRed) => {
        const flow = await Flow.deploy(nodeRed, [connection, imageToVideo()]);
        const before = (await jobs()).length;
        await flow.send(photos(count));
        await until(`${count} jobs`, async () => (await jobs()).length === before + count && isKillable(nodeRed));
        await nodeRed.end('SIGKILL');
        const early = flow.lines().length;
        assert.ok(early < count, 'it was killed too late to show anything');

        await nodeRed.start();
        const lines = await flow.results(count, 120000);
        assert.deepEqual(lines.filter((line) => line.from !== 'result'), []);
        assert.deepEqual(new Set(lines.map((line) => line.topic)), new Set(photos(count).map((photo) => photo.topic)));
        assert.equal(new Set(lines.map((line) => line.payload.video)).size, count);
        assert.equal((await jobs()).length, before + count);
        await until('the files to go', () => keptFiles(nodeRed).length === 0);
    });
}

test('kill -9 while 20 runs render: 20 videos of 20 jobs after the restart', { timeout: 180000 }, async () => {
    await surviveKill(connectionTo(sandbox.url), 20, sandbox.jobs, () => true);
});

test('kill -9 while AgenticFlow has 4 runs, which has no idempotency keys: the same 4 after the restart', { timeout: 90000 }, async () => {
    const workflowId = '6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1';
    const agenticFlow = connectionTo(sandbox.url, { connection_api: 'agenticflow', connection_workflow_id: workflowId });
    // A run that dies between its submit and the answer cannot be found again: the checkpoints name the jobs by then.
    await surviveKill(agenticFlow, 4, () => sandbox.workflowRuns(workflowId), (nodeRed) => keptJobs(nodeRed) === 4);
});

test('a restart suspends, and goes on', { timeout: 60000 }, async () => {
    await withNodeRed(async (nodeRed) => {
        const flow = await Flow.deploy(nodeRed, [valley, slowEcho({ input_milliseconds: '2000' })]);
        await flow.send([{ payload: 'one', date: 'kept' }, { payload: 'two' }]);
        await until('two files', () => keptFiles(nodeRed).length === 2);
        const { code } = await nodeRed.end('SIGTERM');
        assert.equal(code, 0);
        assert.equal(flow.lines().length, 0);

        await nodeRed.start();
        const lines = await flow.results(2);
        assert.deepEqual(lines.map((line) => line.payload.echo.text).sort(), ['one', 'two']);
        assert.deepEqual(lines.map((line) => line.warnings[0].code), ['resumed', 'resumed']);
        await until('the files to go', () => keptFiles(nodeRed).length === 0);
    });
});

test('a deploy that leaves the node as it is leaves its runs, also those that wait', { timeout: 60000 }, async () => {
    await withNodeRed(async (nodeRed) => {
        const nodes = [valley, slowEcho({ input_milliseconds: '2000', concurrency: 2 })];
        const flow = await Flow.deploy(nodeRed, nodes);
        await flow.send([{ payload: 'one' }, { payload: 'two' }, { payload: 'three' }]);
        await until('two files', () => keptFiles(nodeRed).length === 2);
        const comment = { id: 'comment', z: 'tab', type: 'comment', name: 'new', info: '', wires: [], x: 100, y: 300 };
        // As the editor does it: credentials are sent only when they change.
        const again = flow.with(nodes).map(({ credentials, ...node }) => node);
        await nodeRed.deploy([...again, comment], 'full');
        const lines = await flow.results(3);
        assert.deepEqual(lines.map((line) => [line.from, line.payload.echo.text]).sort(), [
            ['result', 'one'],
            ['result', 'three'],
            ['result', 'two'],
        ]);
        assert.equal(lines.filter((line) => line.warnings).length, 0, 'the runs were not begun anew');
    });
});

for (const [what, type, change] of [
    ['changes the node', 'nodes', () => [connectionTo(sandbox.url), imageToVideo({ input_model: 'Pixel M' })]],
    ['changes the connection', 'nodes', () => [connectionTo(sandbox.url, { connection_max_running: 3 }), imageToVideo()]],
    ['removes the node', 'full', () => [connectionTo(sandbox.url)]],
]) {
    test(`a deploy that ${what} cancels its runs and their jobs`, { timeout: 90000 }, async () => {
        await withNodeRed(async (nodeRed) => {
            const flow = await Flow.deploy(nodeRed, [connectionTo(sandbox.url)]);
            await nodeRed.deploy(flow.with([connectionTo(sandbox.url), echo()]), 'full'); // the deploy machinery has its threads
            const threadsBefore = threads(nodeRed);
            await nodeRed.deploy(flow.with([connectionTo(sandbox.url), imageToVideo()]), 'full');
            const before = new Set((await sandbox.jobs()).map((job) => job.id));
            await flow.send(photos(10));
            await until('10 jobs', async () => (await sandbox.jobs()).length === before.size + 10);
            await nodeRed.deploy(flow.with(change()), type);
            const mine = async () => (await sandbox.jobs()).filter((job) => !before.has(job.id));
            await until('no job to be left', async () => (await mine()).every((job) => /^(succeeded|cancell?ed)$/.test(job.status)));
            const cancelled = (await mine()).filter((job) => job.status.startsWith('cancel')).length;
            assert.ok(cancelled >= 5, `only ${cancelled} of 10 were cancelled`);
            assert.equal((await mine()).length, 10);
            await until('no render to be left', () => renders() === '0');
            await until('the files to go', () => keptFiles(nodeRed).length === 0);
            if (type === 'full') {
                await until('no thread to be left', () => threads(nodeRed) <= threadsBefore);
            }
        });
    });
}

test('a node in a subflow finds its runs again', { timeout: 60000 }, async () => {
    await withNodeRed(async (nodeRed) => {
        const inner = slowEcho({ id: 'inner', z: 'sub', input_milliseconds: '1500', wires: [[]] });
        const flow = await Flow.deploy(nodeRed, [
            valley,
            inner,
            { id: 'sub', type: 'subflow', name: 'Sub', info: '', in: [{ x: 50, y: 50, wires: [{ id: 'inner' }] }], out: [{ x: 300, y: 50, wires: [{ id: 'inner', port: 0 }] }] },
            { id: 'node', z: 'tab', type: 'subflow:sub', name: '', wires: [['result']], x: 400, y: 100 },
        ]);
        await flow.send([{ payload: 'one' }]);
        await until('a file', () => keptFiles(nodeRed).length > 0);
        await nodeRed.end('SIGKILL');
        await nodeRed.start();
        const [line] = await flow.results(1);
        assert.equal(line.payload.echo.text, 'one');
        assert.equal(line.warnings[0].code, 'resumed');
    });
});

test('runs of a node that is gone after a crash are named in the log and kept', { timeout: 60000 }, async () => {
    await withNodeRed(async (nodeRed) => {
        const flow = await Flow.deploy(nodeRed, [valley, slowEcho({ input_milliseconds: '60000' })]);
        await flow.send([{ payload: 'one' }]);
        await until('a file', () => keptFiles(nodeRed).length > 0);
        await nodeRed.end('SIGKILL');
        const file = path.join(nodeRed.userDirectory, 'flows.json');
        const flows = JSON.parse(fs.readFileSync(file, 'utf8')).filter((node) => node.id !== 'node');
        fs.writeFileSync(file, JSON.stringify(flows));
        await nodeRed.start();
        await until('the warning', () => /belong to nodes that are no longer in any flow: node\./.test(nodeRed.output));
        assert.equal(keptFiles(nodeRed).length, 1);
    });
});
