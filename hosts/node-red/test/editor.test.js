'use strict';
// A person's way through the editor: from the palette to a video that plays.
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { packageName } = require('./support/node_red');
const { openScene } = require('./support/scene');
const { until } = require('../../../tests/support/waiting');

let scene;
let sandbox;
let image;
let nodeRed;
let editor;
const ids = {};

before(async () => {
    scene = await openScene();
    ({ sandbox, image, nodeRed, editor } = scene);
});
after(() => scene?.end());

/** One run, whose job renders for as long as the node has not shown that it does. */
async function runToItsVideo(rendering) {
    image.hold();
    await editor.statusAfter(ids.video, rendering, () => editor.press(ids.inject));
    await editor.statusAfter(ids.video, /^done$/, () => image.release());
}

const visible = (selector) => editor.page.locator(selector).first().isVisible();
const value = (id) => editor.page.inputValue(`#node-input-${id}`);

test('the palette has a node for each node of each module, with its icon', { timeout: 60000 }, async () => {
    for (const type of ['image_to_video', 'echo', 'slow_echo']) {
        assert.ok(await editor.paletteNode(type).count(), type);
    }
    const icon = await editor.paletteNode('image_to_video').locator('.red-ui-palette-icon').getAttribute('style');
    const [, url] = /url\("?([^")]+)"?\)/.exec(icon);
    const response = await fetch(new URL(url, nodeRed.url + '/'));
    assert.equal(response.headers.get('content-type'), 'image/svg+xml; charset=utf-8');
    assert.match(await response.text(), /aria-label="Image to video"/);
});

test('drag and wire', { timeout: 60000 }, async () => {
    ids.inject = await editor.drag('inject', 140, 140);
    ids.video = await editor.drag('image_to_video', 360, 140);
    ids.debug = await editor.drag('debug', 600, 140);
    await editor.wire(ids.inject, ids.video);
    await editor.wire(ids.video, ids.debug);
    const links = await editor.page.evaluate(() => RED.nodes.filterLinks({}).map((l) => `${l.source.id} ${l.target.id}`));
    assert.deepEqual(links, [`${ids.inject} ${ids.video}`, `${ids.video} ${ids.debug}`]);
});

test('the form shows the schema: defaults, what is required, choices', { timeout: 60000 }, async () => {
    await editor.edit(ids.video);
    const { width } = await editor.page.locator('.red-ui-tray').first().boundingBox();
    assert.ok(width < 600, `${width}: the form is no wider than the editor's own, whatever its texts`);
    assert.equal(await value('input_model'), 'Pixel M');
    assert.equal(await value('input_size'), 'Landscape HD (16:9)');
    assert.equal(await value('input_prompt_optimizer'), 'true');
    assert.equal(await value('input_negative_prompt_type'), 'null');
    const labels = await editor.page.locator('.wfn-field:has(.wfn-required) > label').allTextContents();
    assert.deepEqual(labels.map((text) => text.replace(' *', '').trim()), ['Connection', 'Prompt', 'Image', 'Negative prompt']);
    assert.equal(await editor.page.locator('#node-input-input_size_constant option').count(), 10);
    assert.equal(await editor.page.locator('#node-input-input_prompt_constant').evaluate((e) => e.tagName), 'TEXTAREA');
    await editor.page.waitForSelector('#node-input-input_prompt_row .red-ui-typedInput-container.input-error');
    const price = "About 4 credits ($0.10) a run, by the platform's list; the service decides.";
    assert.equal(await editor.page.textContent('.wfn-price'), price);
    const rows = await editor.page.locator('.wfn-submitting .wfn-field[id]').evaluateAll((all) => all.map(({ id }) => id));
    const inOrder = ['model', 'prompt', 'image', 'negative_prompt', 'size', 'prompt_optimizer'];
    assert.deepEqual(rows.map((id) => /input_(\w+)_row/.exec(id)[1]), inOrder);
});

test('size is off for Pixel S, and says why', { timeout: 60000 }, async () => {
    await editor.page.selectOption('#node-input-input_model_constant', 'Pixel S');
    assert.ok(await editor.page.isDisabled('#node-input-input_size_constant'));
    assert.equal(await editor.page.textContent('#node-input-input_size_note'), 'Not used: Model is not Pixel M.');
    await editor.chooseType('input_model', 'msg.');
    assert.ok(await editor.page.isEnabled('#node-input-input_size_constant'));
    assert.equal(await editor.page.textContent('#node-input-input_size_note'), 'Used only when Model is Pixel M.');
    await editor.chooseType('input_model', 'choice');
    await editor.page.selectOption('#node-input-input_model_constant', 'Pixel M');
    assert.ok(await editor.page.isEnabled('#node-input-input_size_constant'));
    assert.equal(await editor.page.textContent('#node-input-input_size_note'), '');
});

test('the check box has a third state', { timeout: 60000 }, async () => {
    const box = '#node-input-input_prompt_optimizer_constant';
    const seen = [];
    for (let i = 0; i < 3; ++i) {
        const before = await value('input_prompt_optimizer');
        await editor.page.click(box);
        await until('the box to change', async () => (await value('input_prompt_optimizer')) !== before);
        seen.push([await value('input_prompt_optimizer'), await editor.page.locator(box).evaluate((e) => e.indeterminate)]);
    }
    assert.deepEqual(seen, [['false', false], ['null', true], ['true', false]]);
});

test('an image is shown where its address is given', { timeout: 60000 }, async () => {
    await editor.page.fill('#node-input-input_prompt_constant', 'Slow zoom in on the cup, warm light');
    await editor.page.fill('#node-input-input_image_constant', image.url);
    await editor.page.waitForSelector('#node-input-input_image_preview img.wfn-loaded');
    assert.equal(await editor.page.locator('#node-input-input_prompt_row .red-ui-typedInput-container.input-error').count(), 0);
    const previews = await editor.page.evaluate(async (name) => {
        const { fieldHtml } = await import(`/resources/${name}/form_fields.js`);
        const field = { kind: 'media', property: 'input_a', label: 'A' };
        return ['image', undefined, 'video'].map((mediaType) => /_preview"/.test(fieldHtml({ ...field, mediaType })));
    }, packageName);
    assert.deepEqual(previews, [true, true, false], 'a field for a video looks for no image');
});

test('a connection is added, filled for the sandbox, and tested', { timeout: 60000 }, async () => {
    await editor.page.click('#node-input-btn-connection-add');
    await editor.page.waitForSelector('#node-config-input-api_key', { state: 'visible' });
    const services = await editor.page.locator('#node-config-input-connection_api option').allTextContents();
    assert.deepEqual(services.slice(0, 2), ['PixelML', 'AgenticFlow']);
    assert.equal(await editor.page.inputValue('#node-config-input-connection_api'), 'pixelml');
    assert.equal(await editor.page.getAttribute('#node-config-input-api_secret', 'type'), 'password');
    await editor.page.click('.wfn-test');
    await until('the answer', async () => /The test failed/.test(await editor.page.textContent('.wfn-answer')));
    assert.match(await editor.page.textContent('.wfn-answer'), /"API key" is required/);
    await editor.page.click('.wfn-sandbox');
    assert.equal(await editor.page.inputValue('#node-config-input-connection_base_url'), sandbox.url);
    assert.equal(await editor.page.isChecked('#node-config-input-connection_allow_insecure_loopback'), true);
    await editor.page.click('.wfn-test');
    await until('the answer', async () => /answers/.test(await editor.page.textContent('.wfn-answer')));
    await editor.screenshot('connection');
    assert.ok(await visible('.wfn-answer.wfn-good'));
    assert.deepEqual(await sandbox.jobs(), []);
    await editor.page.click('#node-config-dialog-ok');
    await editor.page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await editor.screenshot('form');
    await editor.done();
});

test('deploy, inject: progress, then the video plays in the sidebar', { timeout: 120000 }, async () => {
    await editor.deploy();
    await runToItsVideo(/^rendering \d+ %( · about \d+ s)?$/);

    const video = editor.page.locator('.wfn-previews video');
    await until('the video to play', () => video.evaluate((e) => e.currentTime > 0.2 && e.videoWidth === 1280), 20000);
    const job = (await sandbox.jobs())[0];
    assert.match(await video.getAttribute('src'), new RegExp(job.id));
    await editor.scrollToTop();
    await editor.screenshot('video');
});

test('wrong input shows the right error', { timeout: 60000 }, async () => {
    await editor.edit(ids.video);
    await editor.page.fill('#node-input-input_image_constant', 'http://example.com/a.jpg');
    await editor.done();
    await editor.deploy();
    await editor.press(ids.inject);
    await until('the error', async () => (await editor.status(ids.video).catch(() => '')) === 'Invalid Image URL');
    await editor.page.click('#red-ui-tab-debug-link-button');
    const message = editor.page.locator('.red-ui-debug-msg', { hasText: 'Invalid Image URL' }).first();
    assert.match(await message.textContent(), /The image URL uses http, but must use https. Verify the image/);
    await editor.screenshot('error');
    assert.equal((await sandbox.jobs()).length, 1);
});

const workflowId = '6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1';
const connectionRow = (name) => editor.page.locator(`#node-config-input-connection_${name}_row`);

test('a connection with AgenticFlow asks for the workflow, and with PixelML it does not', { timeout: 60000 }, async () => {
    const { page } = editor;
    await editor.edit(ids.video);
    await page.selectOption('#node-input-input_model_constant', 'Pixel S');
    await page.fill('#node-input-input_image_constant', image.url);
    await page.click('#node-input-btn-connection-add');
    await page.waitForSelector('#node-config-input-api_key', { state: 'visible' });
    assert.equal(await page.inputValue('#node-config-input-connection_api'), 'pixelml');
    const shown = async () => Promise.all(['workflow_id', 'model_path'].map((name) => connectionRow(name).isVisible()));
    assert.deepEqual(await shown(), [false, false]);
    await page.selectOption('#node-config-input-connection_api', 'replicate');
    assert.deepEqual(await shown(), [false, true]);
    await page.click('.wfn-sandbox');
    await page.selectOption('#node-config-input-connection_api', 'agenticflow');
    assert.deepEqual(await shown(), [true, false]);
    await page.waitForSelector('#node-config-input-connection_workflow_id.input-error');

    await page.click('.wfn-test');
    await until('the answer', async () => /The test failed/.test(await page.textContent('.wfn-answer')));
    await editor.screenshot('agenticflow_missing');
    assert.match(await page.textContent('.wfn-answer'), /"Workflow ID" is missing, and AgenticFlow needs it/);
    await page.fill('#node-config-input-connection_workflow_id', workflowId);
    await page.press('#node-config-input-connection_workflow_id', 'Tab');
    await page.waitForSelector('#node-config-input-connection_workflow_id:not(.input-error)');
    await page.click('.wfn-test');
    await until('the answer', async () => /answers/.test(await page.textContent('.wfn-answer')));
    await editor.screenshot('agenticflow_connection');
    assert.ok(await visible('.wfn-answer.wfn-good'));
    await page.fill('#node-config-input-name', 'AgenticFlow');
    await page.click('#node-config-dialog-ok');
    await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await editor.done();
});

test('a run at AgenticFlow: progress, then its video', { timeout: 120000 }, async () => {
    await editor.deploy();
    await runToItsVideo(/^rendering$/);
    const [{ output }] = await sandbox.workflowRuns(workflowId);
    const video = editor.page.locator('.red-ui-debug-msg', { hasText: '/videos/' }).last();
    await video.locator('.red-ui-debug-msg-object-handle').first().click(); // the whole address
    assert.ok((await video.textContent()).includes(output.video), output.video);
    const played = editor.page.locator('.wfn-previews video').first();
    assert.equal(await played.getAttribute('src'), output.video);
    await editor.scrollToTop();
    await editor.screenshot('agenticflow_video');
});

test('a wrong key: the error names AgenticFlow', { timeout: 60000 }, async () => {
    const { page } = editor;
    const jobs = (await sandbox.jobs()).length;
    await editor.edit(ids.video);
    await page.click('#node-input-btn-connection-edit');
    await page.fill('#node-config-input-api_key', 'another-key');
    await page.click('.wfn-test');
    await until('the answer', async () => /The test failed/.test(await page.textContent('.wfn-answer')));
    await editor.screenshot('agenticflow_key');
    assert.match(await page.textContent('.wfn-answer'), /AgenticFlow does not accept the API key.*\(HTTP 401\)/);
    await page.click('#node-config-dialog-ok');
    await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await editor.done();
    await editor.deploy();
    await editor.statusAfter(ids.video, /^API Connection Error$/, () => editor.press(ids.inject));
    const message = page.locator('.red-ui-debug-msg', { hasText: 'API Connection Error' }).first();
    await editor.screenshot('agenticflow_error');
    assert.match(await message.textContent(), /AgenticFlow does not accept the API key/);
    assert.equal((await sandbox.jobs()).length, jobs);
});

test('the credentials are not in the flow file, and nothing went wrong in the page', { timeout: 60000 }, async () => {
    const flows = JSON.stringify(await nodeRed.request('GET', '/flows'));
    assert.ok(flows.includes(sandbox.url));
    assert.ok(!/"api_key"/.test(flows));
    assert.deepEqual(editor.problems, []);
});
