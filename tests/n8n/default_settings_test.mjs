// With n8n's own settings: 500 items over two workers, shared and in bounded memory; and a worker that is killed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Scenario } from './support/scenario.mjs';
import { until } from './support/waiting.mjs';

const executions = 20;
const itemsEach = 25;
let scenario;
before(
    async () => {
        scenario = await Scenario.start({}, 2);
        await scenario.addWorkflow('generate');
    },
    { timeout: 240_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

test(`${executions * itemsEach} items over two workers`, { timeout: 300_000 }, async (t) => {
    const { n8n, server } = scenario;
    server.renderMs = () => 4000;
    const idle = n8n.workers.map((worker) => worker.memory().present);
    const started = performance.now();
    const ids = [];
    for (let number = 0; number < executions; number += 1) {
        ids.push(await scenario.trigger('generate', `batch ${number}:`, itemsEach));
    }
    for (const [number, id] of ids.entries()) {
        const execution = await n8n.finished(id, 240_000);
        scenario.assertVideos(execution, `batch ${number}:`, itemsEach);
        scenario.assertOneJobEach(`batch ${number}:`, itemsEach);
    }
    const seconds = (performance.now() - started) / 1000;
    assert.equal(server.jobs.size, executions * itemsEach);
    assert.ok([...server.jobs.values()].every(({ submits }) => submits === 1));
    const shares = n8n.workers.map((worker) => itemsEach * ids.filter((id) => worker.output.includes(`inished execution ${id} `)).length);
    assert.equal(shares[0] + shares[1], executions * itemsEach);
    assert.ok(Math.min(...shares) > 0, `shares ${shares}`);
    for (const [at, worker] of n8n.workers.entries()) {
        const { peak, present } = worker.memory();
        t.diagnostic(
            `worker ${at + 1}: ${shares[at]} items, ${idle[at].toFixed(0)} MiB before, ${present.toFixed(0)} MiB after, ${peak.toFixed(0)} MiB at most`,
        );
    }
    t.diagnostic(`${seconds.toFixed(1)} s for ${executions} executions of ${itemsEach} items of 4 s each, 5 executions at once a worker`);
});

test('500 items in one execution', { timeout: 120_000 }, async (t) => {
    const { n8n, server } = scenario;
    server.renderMs = () => 4000;
    const started = performance.now();
    const execution = await n8n.finished(await scenario.trigger('generate', 'all at once:', 500), 100_000);
    scenario.assertVideos(execution, 'all at once:', 500);
    scenario.assertOneJobEach('all at once:', 500);
    t.diagnostic(`${((performance.now() - started) / 1000).toFixed(1)} s; workers at most ${n8n.workers.map((w) => w.memory().peak.toFixed(0)).join(' and ')} MiB`);
});

test("kill -9 with n8n's default locks", { timeout: 240_000 }, async (t) => {
    const { n8n, server } = scenario;
    server.renderMs = () => 8000;
    const id = await scenario.trigger('generate', 'killed:', 5);
    const worker = await until('a worker', () => n8n.workerOf(id));
    await until('the jobs', () => server.jobsOf('killed:').length === 5);
    const killedAt = performance.now();
    await worker.end('SIGKILL');
    scenario.assertVideos(await n8n.finished(id, 200_000), 'killed:', 5);
    scenario.assertOneJobEach('killed:', 5);
    t.diagnostic(`${((performance.now() - killedAt) / 1000).toFixed(0)} s from the kill to the end of the execution`);
});
