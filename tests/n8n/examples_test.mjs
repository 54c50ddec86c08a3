// The workflows of hosts/n8n/examples, imported and executed as they are, but for what starts them, how long they wait, and the
// credential, which an import has to be given.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { until } from '../support/waiting.js';

import { itemsOf } from './support/n8n.mjs';
import { repository } from './support/places.mjs';
import { Scenario } from './support/scenario.mjs';
import { nodeType } from './support/workflows.mjs';

const examples = path.join(repository, 'hosts', 'n8n', 'examples');
const image = 'https://example.com/photo.jpg';

/** A webhook of the workflow's name instead of a trigger that waits for a person or for the time of day. */
const asWebhook = (node, name) => ({
    ...node,
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    webhookId: name,
    parameters: { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} },
});

function imported(file, credential, more = () => {}) {
    const workflow = JSON.parse(fs.readFileSync(path.join(examples, file), 'utf8'));
    const name = path.basename(file, '.json');
    const nodes = workflow.nodes.map((node) => {
        if (/(manual|schedule)Trigger$/.test(node.type)) {
            return asWebhook(node, name);
        }
        if (node.type === nodeType) {
            return { ...node, credentials: { pixelMlApi: { id: credential.id, name: credential.name } } };
        }
        if (node.parameters.resume === 'timeInterval') {
            return { ...node, parameters: { ...node.parameters, amount: '={{ $json.wait_seconds / 65 }}' } };
        }
        return node;
    });
    nodes.forEach(more);
    return { ...workflow, name, nodes };
}

test('every example is tried here', () => {
    assert.deepEqual(fs.readdirSync(examples).sort(), ['form.json', 'generate.json', 'start_wait_collect.json', 'table_queue.json']);
});

for (const major of [1, 2]) {
    describe(`n8n ${major}`, () => {
        let scenario;
        let n8n;
        let server;
        before(
            async () => {
                scenario = await Scenario.start({ major, queue: false });
                ({ n8n, server } = scenario);
                server.renderMs = () => 1500;
            },
            { timeout: 240_000 },
        );
        after(() => scenario?.end(), { timeout: 60_000 });

        const add = (file, more) => n8n.addWorkflow(imported(file, scenario.credential, more));
        const run = async (name) => await n8n.finished(await n8n.trigger(name, {}));
        const onlyVideo = () => server.videoOf([...server.jobs.values()].at(-1));

        /** As a browser sends the form at this path. */
        function submit(address, values) {
            const { pathname, search } = new URL(address, n8n.url);
            const body = new FormData();
            values.forEach((value, at) => body.append(`field-${at}`, value));
            return fetch(`${n8n.url}${pathname}${search}`, { method: 'POST', body });
        }

        test('generate', { timeout: 60_000 }, async () => {
            await add('generate.json');
            const execution = await run('generate');
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            assert.equal(itemsOf(execution)[0].json.video, onlyVideo());
        });

        test('start_wait_collect', { timeout: 60_000 }, async () => {
            await add('start_wait_collect.json');
            const execution = await run('start_wait_collect');
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            const [{ json, binary }] = itemsOf(execution, 'Done');
            assert.deepEqual([json.video, binary.data.mimeType], [onlyVideo(), 'video/mp4']);
            assert.ok(execution.data.resultData.runData.Collect.length > 1, 'it went back to Wait');

            const jobs = server.jobs.size;
            const failing = await n8n.trigger('start_wait_collect', {});
            await until('the job', () => server.jobs.size > jobs);
            [...server.jobs.values()].at(-1).cancelled = true;
            const { data, status } = await n8n.finished(failing);
            assert.equal(status, 'success', 'others of the same Collect would go on');
            assert.equal(itemsOf({ data }, 'Failed')[0].json.error.run_key, `${failing}:start:0:0`);
        });

        test('form: the ending has the link, or says what went wrong', { timeout: 90_000 }, async () => {
            await add('form.json');
            const form = await until('the form', async () => {
                const answer = await fetch(`${n8n.url}/form/image-to-video-form`);
                return answer.ok && (await answer.text());
            });
            assert.match(form, /Image URL/);
            const endingOf = async (prompt) => {
                const answer = await submit('/form/image-to-video-form', [image, prompt]);
                assert.ok(answer.ok, `${answer.status}`);
                const { pathname, search } = new URL((await answer.json()).formWaitingUrl);
                const textAt = async (below) => (await fetch(`${n8n.url}${pathname}${below}${search}`)).text();
                // As the form's own page does it: it asks for the status, and then goes to the ending.
                await until('the ending', async () => (await textAt('/n8n-execution-status')) === 'form-waiting');
                return await textAt('');
            };
            assert.ok((await endingOf('Slow zoom in')).includes(onlyVideo()));
            assert.match(await endingOf('vague'), /Which motion is wanted\?.*Be more specific/);
        });

        test('table_queue: what is approved is paid for, once, and entered', { timeout: 120_000 }, async () => {
            const rowOf = (prompt, status = 'ready') => ({ prompt, image, status, approval: '', video: '', note: '' });
            const table = await n8n.addDataTable('Videos', [rowOf('row: left'), rowOf('row: old', 'done')]);
            await add('table_queue.json', ({ parameters }) => {
                const [assignment] = parameters.assignments?.assignments ?? [];
                if (assignment?.name === 'table') {
                    assignment.value = table.id;
                }
            });
            const answered = async (answer) => {
                const id = await n8n.trigger('table_queue', {});
                await until('the approval', async () => (await n8n.rest('GET', `/executions/${id}`)).status === 'waiting');
                const { approval } = (await table.rows()).find(({ status }) => status === 'asked');
                const response = await submit(approval, [answer]);
                assert.ok(response.ok, `${response.status} ${await response.text()}`);
                const execution = await n8n.finished(id);
                assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
                return (await table.rows()).map((row) => [row.prompt, row.status, row.video, row.note]);
            };
            const before = [['row: left', 'declined', '', 'Leave them'], ['row: old', 'done', '', '']];
            assert.deepEqual(await answered('Leave them'), before);
            assert.equal(server.jobsOf('row:').length, 0);

            await table.insert([rowOf('row: one'), rowOf('row: vague'), rowOf('row: two')]);
            const after = await answered('Make them');
            const videoOf = (prompt) => server.videoOf(server.jobsOf(prompt)[0]);
            assert.deepEqual(after, [
                ...before,
                ['row: one', 'done', videoOf('row: one'), ''],
                ['row: vague', 'failed', '', 'PixelML refused the request: Which motion is wanted? (HTTP 422).'],
                ['row: two', 'done', videoOf('row: two'), ''],
            ]);
            scenario.assertOneJobEach('row:', 2);
        });
    });
}
