// Start → Wait → Collect, and back to Wait while something is still rendering: in n8n 1 and 2.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { itemsOf } from './support/n8n.mjs';
import { Scenario } from './support/scenario.mjs';
import { imageToVideo, parkingWorkflow, photos, workflow } from './support/workflows.mjs';

/** Seconds of a real flow pass in this part of their time: what n8n waits then, it waits in its process. */
const scale = 20;
const items = 20;
/** A process's date may be set while its other clock goes on. */
const clocksApartMs = 100;
/** From 10 to 130 s, in no order. */
const renderMsOf = ({ prompt }) => (10_000 + ((Number(prompt.split(' ').at(-1)) * 7) % items) * (120_000 / (items - 1))) / scale;

const runsOf = (execution, node) => execution.data.resultData.runData[node];
const leftBy = (run, output) => run.data.main[output] ?? [];

for (const major of [1, 2]) {
    describe(`n8n ${major}`, () => {
        let scenario;
        let n8n;
        let server;
        before(
            async () => {
                scenario = await Scenario.start({ major, queue: false });
                ({ n8n, server } = scenario);
            },
            { timeout: 240_000 },
        );
        after(() => scenario?.end(), { timeout: 60_000 });

        test('each item leaves when it is done, as what it was made of', { timeout: 90_000 }, async (t) => {
            server.renderMs = renderMsOf;
            await n8n.addWorkflow(parkingWorkflow('loop', scenario.credential, `={{ $json.wait_seconds / ${scale} }}`));
            const execution = await n8n.finished(await n8n.trigger('loop', { items: photos('loop:', items) }));
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            scenario.assertOneJobEach('loop:', items);

            const done = runsOf(execution, 'Done').flatMap((run) => leftBy(run, 0));
            const jobs = server.jobsOf('loop:');
            const videoOf = (prompt) => server.videoOf(jobs.find(({ input }) => input.prompt === prompt));
            assert.equal(new Set(done.map(({ json }) => json.made_of)).size, items);
            assert.deepEqual(done.map(({ json }) => json.video), done.map(({ json }) => videoOf(json.made_of)));

            const looks = runsOf(execution, 'Collect');
            for (const [at, look] of looks.entries()) {
                for (const { json } of leftBy(look, 0)) {
                    const doneAt = performance.timeOrigin + server.jobs.get(json.job_id).doneAt;
                    assert.ok(at === 0 || looks[at - 1].startTime < doneAt + clocksApartMs, `${json.job_id} was done before`);
                }
                const waits = leftBy(look, 1).map(({ json }) => json.wait_seconds);
                assert.ok(new Set(waits).size <= 1, `n8n's Wait takes the first of ${waits}`);
            }
            const order = (node) => runsOf(execution, node).map(({ executionIndex }) => executionIndex);
            const afterLook = looks.filter((look) => leftBy(look, 0).length > 0).map(({ executionIndex }) => executionIndex + 1);
            assert.deepEqual(order('Done'), afterLook, 'before the next wait');
            const polls = jobs.map((job) => job.polls);
            assert.ok(Math.max(...polls) <= 3, `looks: ${polls}`);
            t.diagnostic(`${looks.length} rounds, ${Math.max(...polls)} looks at most`);
        });

        test('Give Up After: the item fails, its job is kept and can be collected', { timeout: 60_000 }, async () => {
            server.renderMs = ({ prompt }) => (prompt.endsWith('0') ? 100 : 60_000);
            const more = { options: { giveUpAfter: 0.0005 }, onError: 'continueErrorOutput' };
            await n8n.addWorkflow(parkingWorkflow('give-up', scenario.credential, 1, more));
            const execution = await n8n.finished(await n8n.trigger('give-up', { items: photos('late:', 2) }));
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            const looks = runsOf(execution, 'Collect');
            assert.deepEqual(leftBy(looks[0], 0).map(({ json }) => json.made_of ?? json.status), ['succeeded']);
            const [{ json: given }] = leftBy(looks[0], 1);
            assert.equal(given.checkpoint.started_at, itemsOf(execution, 'Start')[1].json.checkpoint.started_at);
            const [{ json: { error } }] = leftBy(looks.at(-1), 2);
            assert.equal(error.code, 'still_rendering');
            assert.match(error.message, new RegExp(`^0.0005 h after its start, .* Its job ${error.job_id} is kept, and nothing was submitted again.$`));
            assert.match(error.solution, /run key \d+:start:0:1\./);
            scenario.assertOneJobEach('late:', 2);

            server.jobs.get(error.job_id).doneAt = performance.now();
            const collect = { operation: 'collect', findBy: 'runKey', runKey: '={{ $json.key }}', options: { giveUpAfter: 0.0005 } };
            await scenario.addWorkflow('late', collect);
            const [, key] = /run key (\S+)\. /.exec(error.solution);
            const [{ json }] = itemsOf(await n8n.finished(await n8n.trigger('late', { items: [{ key }] })));
            assert.equal(json.video, server.videoOf(server.jobs.get(error.job_id)));
        });

        test('items that are waited for together wait for the next look at any of them', { timeout: 60_000 }, async () => {
            server.renderMs = ({ prompt }) => (prompt.endsWith('0') ? 3_600_000 : 600_000);
            await scenario.addWorkflow('start', { operation: 'start' });
            const waitsOf = async (...given) =>
                itemsOf(await n8n.finished(await n8n.trigger('start', { items: given }))).map(({ json }) => json.wait_seconds);
            const [slow, quick] = photos('alone:', 2);
            const [[slowWait], [quickWait]] = [await waitsOf(slow), await waitsOf(quick)];
            assert.ok(quickWait < slowWait, `${quickWait}, ${slowWait}`);
            const together = await waitsOf(...photos('together:', 2));
            assert.equal(together[0], together[1]);
            assert.ok(Math.abs(together[0] - quickWait) <= 2, `${together[0]}, ${quickWait}`);
        });

        test('a workflow of the first version has one output', { timeout: 60_000 }, async () => {
            server.renderMs = () => 60_000;
            const start = imageToVideo(scenario.credential, { operation: 'start' }, { id: 'start', name: 'Start', typeVersion: 1 });
            const collect = imageToVideo(scenario.credential, { operation: 'collect' }, { typeVersion: 1 });
            await n8n.addWorkflow(workflow('old', [start, collect]));
            const execution = await n8n.finished(await scenario.trigger('old', 'old:', 2));
            const outputs = runsOf(execution, 'Image to Video')[0].data.main;
            assert.deepEqual(outputs.map((output) => output.map(({ json }) => json.status)), [['rendering', 'rendering']]);
        });
    });
}
