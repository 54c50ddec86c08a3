// The workflows of hosts/n8n/examples, imported and executed as they are, but for what starts them, how long they wait, and the
// credential, which an import has to be given.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { filesDescribed } from '../support/job_server.js';
import { until } from '../support/waiting.js';

import { itemsOf } from './support/n8n.mjs';
import { repository } from './support/places.mjs';
import { Scenario } from './support/scenario.mjs';
import { TelegramApi } from './support/telegram_api.mjs';
import { VideoJoiner } from './support/video_joiner.mjs';
import { credentialFor } from './support/workflows.mjs';

const examples = path.join(repository, 'hosts', 'n8n', 'examples');
const image = 'https://example.com/photo.jpg';
const photo = fs.readFileSync(path.join(repository, 'sandbox', 'example', 'coffee.jpg'));
const described = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
const takesFiles = { api_binding: JSON.stringify({ ...described, files: filesDescribed }) };

/** A webhook of the workflow's name instead of a trigger that waits for a person or for the time of day. */
const asWebhook = (node, name) => ({
    ...node,
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    webhookId: name,
    parameters: { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} },
});

/** `credentials`: by their type. */
function imported(file, credentials, more = () => {}) {
    const workflow = JSON.parse(fs.readFileSync(path.join(examples, file), 'utf8'));
    const name = path.basename(file, '.json');
    const nodes = workflow.nodes.map((node) => {
        if (/(manual|schedule)Trigger$/.test(node.type)) {
            return asWebhook(node, name);
        }
        if (node.credentials) {
            const [type] = Object.keys(node.credentials);
            const { id, name: called } = credentials[type];
            return { ...node, credentials: { [type]: { id, name: called } } };
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
    assert.deepEqual(fs.readdirSync(examples).sort(), [
        ...['clips_joined.json', 'form.json', 'form_file.json', 'generate.json'],
        ...['start_wait_collect.json', 'table_queue.json', 'telegram.json'],
    ]);
});

for (const major of [1, 2]) {
    describe(`n8n ${major}`, () => {
        let scenario;
        let n8n;
        let server;
        const credentials = {};
        before(
            async () => {
                scenario = await Scenario.start({ major, queue: false });
                ({ n8n, server } = scenario);
                server.renderMs = () => 1500;
                credentials.pixelMlApi = await n8n.addCredential(credentialFor(server, takesFiles));
            },
            { timeout: 240_000 },
        );
        after(() => scenario?.end(), { timeout: 60_000 });

        const add = (file, more) => n8n.addWorkflow(imported(file, credentials, more));
        const run = async (name) => await n8n.finished(await n8n.trigger(name, {}));
        const onlyVideo = () => server.videoOf([...server.jobs.values()].at(-1));

        /** As a browser sends the form at this path. */
        function submit(address, values) {
            const { pathname, search } = new URL(address, n8n.url);
            const body = new FormData();
            values.forEach((value, at) => body.append(`field-${at}`, value));
            return fetch(`${n8n.url}${pathname}${search}`, { method: 'POST', body });
        }

        /** The next page, after what a browser has sent: {address, text}. */
        async function pageAfter(answer) {
            assert.ok(answer.ok, `${answer.status}`);
            return await pageAt((await answer.json()).formWaitingUrl);
        }

        /** As a form's own page does it: it asks for the status, and then goes on. */
        async function pageAt(address) {
            const { pathname, search } = new URL(address);
            const textAt = async (below) => (await fetch(`${n8n.url}${pathname}${below}${search}`)).text();
            await until('the next page', async () => (await textAt('/n8n-execution-status')) === 'form-waiting');
            return { address, text: await textAt('') };
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
            const endingOf = async (prompt) => (await pageAfter(await submit('/form/image-to-video-form', [image, prompt]))).text;
            assert.ok((await endingOf('Slow zoom in')).includes(onlyVideo()));
            assert.match(await endingOf('vague'), /Which motion is wanted\?.*Be more specific/);
        });

        test('form_file: the photo is shown before anything is paid, then the video', { timeout: 90_000 }, async () => {
            await add('form_file.json');
            const file = new File([photo], 'coffee.jpg', { type: 'image/jpeg' });
            await until('the form', async () => (await fetch(`${n8n.url}/form/image-to-video-photo`)).ok);
            const asked = await pageAfter(await submit('/form/image-to-video-photo', [file, 'form: <zoom>']));
            assert.ok(asked.text.includes(`data:image/jpeg;base64,${photo.toString('base64')}`));
            assert.match(asked.text, /form: &lt;zoom&gt;/);
            assert.deepEqual([server.jobsOf('form:').length, server.uploads.length], [0, 0]);
            assert.ok((await submit(asked.address, [])).ok);
            const { text } = await pageAt(asked.address);
            const [job] = server.jobsOf('form:');
            assert.ok(text.includes(`<source src="${server.videoOf(job)}" type="video/mp4"`), text);
            assert.deepEqual(server.uploads, [photo]);
            assert.equal(job.input.image, `${server.url}/uploads/1`);
        });

        test("telegram: a photo is answered with its video, and the bot's token is nowhere else", { timeout: 90_000 }, async (t) => {
            const telegram = await new TelegramApi().start();
            t.after(() => telegram.end());
            credentials.telegramApi = await n8n.rest('POST', '/credentials', telegram.credential);
            await add('telegram.json');
            const { url, secret_token: secret } = await until('the webhook', () => telegram.webhook);
            assert.match(url, /^http:\/\//);
            assert.ok(secret);
            const fileId = telegram.addFile('photos/file_0.jpg', photo);
            const sizes = [{ file_id: 'small', width: 90 }, { file_id: fileId, width: 1280 }];
            await telegram.sends({ photo: sizes, caption: 'telegram: zoom' });
            const [video] = await telegram.received('sendVideo', 1);
            assert.equal(video.chat_id, String(telegram.chat));
            assert.equal(video.video.size, 100_000);
            const [job] = server.jobsOf('telegram:');
            assert.deepEqual(server.uploads.at(-1), photo);
            assert.equal(job.input.image, `${server.url}/uploads/${server.uploads.length}`);

            await telegram.sends({ text: 'hello' });
            await telegram.sends({ photo: sizes, caption: 'vague' });
            const texts = (await telegram.received('sendMessage', 2)).map(({ text }) => text);
            assert.ok(texts.includes('Send me a photo, and say in its caption how it should move.'), texts.join('\n'));
            assert.ok(texts.some((text) => /Which motion is wanted\?.*Be more specific/.test(text)), texts.join('\n'));
            await telegram.sends({ photo: sizes, caption: 'vague markup' });
            const { text: escaped } = (await telegram.received('sendMessage', 3)).at(-1);
            assert.match(escaped, /Is it &lt;left&gt; &amp; &lt;right&gt;\?/);

            const { sendVideo } = server;
            t.after(() => (server.sendVideo = sendVideo));
            server.sendVideo = (request, response) => response.writeHead(404).end();
            await telegram.sends({ photo: sizes, caption: 'telegram: not downloaded' });
            const { text: link } = (await telegram.received('sendMessage', 4)).at(-1);
            assert.ok(link.endsWith(server.videoOf(server.jobsOf('telegram: not')[0])), link);

            const ended = async () => (await n8n.executions('telegram')).every(({ status }) => status === 'success');
            await until('the executions to end', ended);
            for (const { id } of await n8n.executions('telegram')) {
                const execution = await n8n.rest('GET', `/executions/${id}`);
                assert.ok(!JSON.stringify(execution).includes(telegram.token), 'the token is in the data of the execution');
            }
        });

        test('clips_joined: all clips at once, joined in their order', { timeout: 90_000 }, async (t) => {
            const joiner = await new VideoJoiner('Key of-the-tests').start();
            t.after(() => joiner.end());
            credentials.httpHeaderAuth = await n8n.rest('POST', '/credentials', joiner.credential);
            await add('clips_joined.json', ({ parameters }) => {
                if (parameters.jsonOutput) {
                    const clips = ['one', 'two', 'three'].map((name) => ({ image, prompt: `clip: ${name}` }));
                    parameters.jsonOutput = JSON.stringify({ join_url: `${joiner.url}/fal-ai/ffmpeg-api/merge-videos`, clips });
                }
            });
            const execution = await run('clips_joined');
            assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
            const expected = ['one', 'two', 'three'].map((name) => server.videoOf(server.jobsOf(`clip: ${name}`)[0]));
            assert.deepEqual(joiner.joined, [expected]);
            assert.deepEqual(itemsOf(execution, 'Join').map(({ json }) => json.video.url), [`${joiner.url}/joined/1.mp4`]);
            assert.equal(server.jobsOf('clip:').length, 3);
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
