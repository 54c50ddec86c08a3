// As a person uses it: the node is found, added, filled and run in the editor; the video's URL and its file are in the output.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Editor } from './support/editor.mjs';
import { N8n } from './support/n8n.mjs';
import { startSandbox } from './support/sandbox.mjs';
import { apiKey, credentialFor } from './support/workflows.mjs';

let n8n;
let sandbox;
let editor;
before(
    async () => {
        sandbox = await startSandbox(apiKey);
        n8n = await new N8n({ queue: false }).start();
        editor = await Editor.open(n8n);
    },
    { timeout: 240_000 },
);
after(async () => {
    await editor?.close();
    await n8n?.end();
    await sandbox?.end();
});

/** A picture of what the editor shows is worth more than the name of what was waited for. */
const withPicture = (work) => async (t) => {
    try {
        await work(t);
    } catch (error) {
        await editor.screenshot(`failed: ${t.name}`);
        throw error;
    }
};

const field = (name) => editor.part(`parameter-input-${name}`);

async function fillInputs() {
    await field('prompt').locator('textarea').fill('Slow zoom in on the cup, warm light');
    await field('image').locator('input').fill(sandbox.image);
    await field('model').click();
    await editor.page.getByRole('option', { name: 'Pixel S' }).click();
    await field('size').waitFor({ state: 'hidden' });
}

test('the credential is filled in and tested', { timeout: 90_000 }, withPicture(async () => {
    const { page } = editor;
    await page.goto(`${editor.url}/home/credentials/create`);
    await page.getByPlaceholder('Search for app...').fill('PixelML');
    await page.getByText('PixelML API').last().click();
    await editor.part('new-credential-type-button').click();
    await field('api_key').locator('input').fill(apiKey);
    await field('base_url').locator('input').fill(sandbox.url);
    await field('allow_insecure_loopback').locator('.el-switch').click();
    await editor.screenshot('credential');
    await editor.part('credential-save-button').click();
    await page.getByText('Connection tested successfully').waitFor();
    await editor.screenshot('credential_tested');
    const [credential] = await n8n.rest('GET', '/credentials');
    assert.equal(credential.type, 'pixelMlApi');
}));

test('a video is made', { timeout: 120_000 }, withPicture(async () => {
    const { page } = editor;
    if ((await n8n.rest('GET', '/credentials')).length === 0) {
        await n8n.addCredential(credentialFor(sandbox));
    }
    await page.goto(`${editor.url}/workflow/new`);
    await editor.part('canvas-plus-button').click();
    await editor.part('node-creator').getByText('Trigger manually').click();
    await page.keyboard.press('Tab');
    await editor.part('node-creator-search-bar').fill('image to video');
    await editor.part('node-creator').getByText('Image to Video').waitFor();
    await editor.screenshot('node_found');
    await editor.part('node-creator').getByText('Image to Video').click();
    await editor.part('node-creator').getByText('Generate a video').click();

    await page.getByText('Each item holds this execution until its video is done').waitFor();
    await fillInputs();
    await field('download').locator('.el-switch').click();
    await editor.screenshot('node_filled');

    await editor.part('node-execute-button').click();
    const output = editor.part('output-panel');
    await output.getByText('.mp4').first().waitFor({ timeout: 60_000 });
    await output.getByText('JSON', { exact: true }).click();
    await output.getByText('"succeeded"').first().waitFor();
    await editor.screenshot('output_url');
    assert.match(await output.innerText(), new RegExp(`${sandbox.url}/videos/job_[0-9a-f]+\\.mp4`));
    await output.getByText('Binary', { exact: true }).click();
    await output.getByText('video/mp4').waitFor();
    await editor.screenshot('output_file');
    assert.match(await output.innerText(), /job_[0-9a-f]+\.mp4/);
    await output.getByText('View', { exact: true }).click();
    const video = page.locator('video');
    await video.waitFor();
    await page.waitForFunction(() => document.querySelector('video').readyState >= 2);
    await editor.screenshot('output_video');
}));

test('an error says what happened and what to do', { timeout: 60_000 }, withPicture(async () => {
    const { page } = editor;
    await field('image').locator('input').fill('ftp://example.com/photo.jpg');
    await editor.part('node-execute-button').click();
    await page.getByText('Invalid Image URL').first().waitFor();
    await editor.screenshot('error');
    assert.match(await editor.part('output-panel').innerText(), /Verify the image URL is publicly accessible/);
}));

test("an execution's videos are collected by its number", { timeout: 60_000 }, withPicture(async () => {
    const { page } = editor;
    const { results } = await n8n.rest('GET', '/executions?limit=10');
    const { id } = results.find(({ status }) => status === 'success');
    await field('operation').click();
    await page.getByRole('option', { name: /^Collect/ }).click();
    await field('findBy').click();
    await page.getByRole('option', { name: /^Execution ID/ }).click();
    await field('executionId').locator('input').fill(id);
    await editor.part('node-execute-button').click();
    const output = editor.part('output-panel');
    await output.getByText('JSON', { exact: true }).click();
    await output.getByText('succeeded').first().waitFor();
    await editor.screenshot('collected');
    assert.match(await output.innerText(), new RegExp(`"run_key": *\n?"${id}:`));
}));

const workflowId = '6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1';

test('a credential with AgenticFlow asks for the workflow, and its test names AgenticFlow', { timeout: 60_000 }, withPicture(async () => {
    const { page } = editor;
    await editor.part('node-credentials-select').click();
    await editor.part('node-credentials-select-item-new').click();
    await field('api').waitFor();
    assert.deepEqual([await field('workflow_id').count(), await field('model_path').count()], [0, 0]);
    await field('api').click();
    await page.getByRole('option', { name: 'AgenticFlow', exact: true }).click();
    await field('workflow_id').waitFor();
    assert.equal(await field('model_path').count(), 0);
    await field('api_key').locator('input').fill('another-key');
    await field('base_url').locator('input').fill(sandbox.url);
    await field('allow_insecure_loopback').locator('.el-switch').click();
    await editor.part('credential-save-button').click();
    const dialog = editor.part('editCredential-modal');
    await dialog.getByText('This field is required').waitFor();
    await editor.screenshot('agenticflow_missing');

    await field('workflow_id').locator('input').fill(workflowId);
    await editor.part('credential-save-button').click();
    await dialog.getByText('More details').click();
    await dialog.getByText('AgenticFlow does not accept the API key').waitFor();
    await editor.screenshot('agenticflow_key');
}));

test('a run at AgenticFlow: an error that names it, then a video', { timeout: 90_000 }, withPicture(async () => {
    const { page } = editor;
    const dialog = editor.part('editCredential-modal');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await field('operation').click();
    await page.getByRole('option', { name: /^Generate/ }).click();
    await fillInputs(); // n8n empties what it does not show
    await editor.part('node-execute-button').click();
    await page.getByText('AgenticFlow does not accept the API key').first().waitFor();
    await editor.screenshot('agenticflow_error');
    assert.deepEqual(await sandbox.workflowRuns(workflowId), []);

    await editor.part('node-credentials-select').locator('..').locator('button, svg').last().click();
    await field('api_key').locator('input').fill(apiKey);
    await editor.part('credential-save-button').click();
    await page.getByText('Connection tested successfully').waitFor();
    await editor.screenshot('agenticflow_credential');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await editor.part('node-execute-button').click();
    const output = editor.part('output-panel');
    await output.getByText('JSON', { exact: true }).click();
    await output.getByText('"succeeded"').first().waitFor({ timeout: 60_000 });
    await editor.screenshot('agenticflow_video');
    const [run] = await sandbox.workflowRuns(workflowId);
    assert.ok((await output.innerText()).includes(run.output.video), run.output.video);
}));
