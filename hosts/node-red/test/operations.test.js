'use strict';
// A person's way to a flow that starts a video and collects it: the form's operations, and the two outputs of Collect.
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
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

const isVisible = (selector) => editor.page.locator(selector).first().isVisible();
const shownRows = async () => {
    const rows = { prompt: '#node-input-input_prompt_row', perHour: '#node-input-runsPerHour', wait: '#node-input-wait', giveUpAfter: '#node-input-giveUpAfter' };
    const seen = await Promise.all(Object.values(rows).map(isVisible));
    return Object.keys(rows).filter((_, n) => seen[n]);
};
const choose = (operation) => editor.page.selectOption('#node-input-operation', operation);
const outputs = (id) => editor.page.locator(`[id="${id}"] .red-ui-flow-port-output`).count();
const isValid = (id) => editor.page.evaluate((node) => RED.nodes.node(node).valid, id);
const links = () =>
    editor.page.evaluate(() => RED.nodes.filterLinks({}).map((l) => `${l.source.id} ${l.sourcePort} ${l.target.id}`).sort());

test('the form of Start asks for the inputs, and leaves one output', { timeout: 60000 }, async () => {
    const { page } = editor;
    ids.inject = await editor.drag('inject', 140, 140);
    ids.start = await editor.drag('image_to_video', 340, 140);
    await editor.edit(ids.start);
    assert.equal(await page.inputValue('#node-input-operation'), 'generate');
    assert.deepEqual(await shownRows(), ['prompt', 'perHour']);
    await choose('start');
    assert.deepEqual(await shownRows(), ['prompt', 'perHour']);
    assert.match(await page.textContent('#node-input-operation_help'), /goes on with msg\.run as soon as the job is known/);
    await page.fill('#node-input-name', 'Start');
    await page.fill('#node-input-input_prompt_constant', 'Slow zoom in on the cup, warm light');
    await page.fill('#node-input-input_image_constant', image.url);
    await page.click('#node-input-btn-connection-add');
    await page.waitForSelector('#node-config-input-api_key', { state: 'visible' });
    await page.click('.wfn-sandbox');
    await page.click('#node-config-dialog-ok');
    await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await editor.done();
    assert.deepEqual([await outputs(ids.start), await isValid(ids.start)], [1, true]);
});

test('the form of Collect asks for no input, and leaves two outputs', { timeout: 60000 }, async () => {
    const { page } = editor;
    ids.collect = await editor.drag('image_to_video', 520, 140);
    await editor.edit(ids.collect);
    await page.selectOption('#node-input-connection', { index: 0 });
    await choose('collect');
    assert.deepEqual(await shownRows(), ['wait', 'giveUpAfter']);
    assert.deepEqual([await page.inputValue('#node-input-wait'), await page.inputValue('#node-input-giveUpAfter')], ['0', '24']);
    await page.fill('#node-input-wait', 'soon');
    await page.press('#node-input-wait', 'Tab');
    await page.waitForSelector('#node-input-wait.input-error');
    await page.fill('#node-input-wait', '1');
    await page.press('#node-input-wait', 'Tab');
    await page.waitForSelector('#node-input-wait:not(.input-error)');
    assert.equal(await page.locator('.wfn-form .input-error:visible').count(), 0);
    await editor.screenshot('collect_form');
    await page.fill('#node-input-name', 'Collect');
    await editor.done();
    assert.deepEqual([await outputs(ids.collect), await isValid(ids.collect)], [2, true]);
    await page.locator(`[id="${ids.collect}"] .red-ui-flow-port-output .red-ui-flow-port`).nth(1).hover();
    await page.waitForSelector('.red-ui-flow-port-tooltip:has-text("Still rendering")');
});

test('what renders comes back through the second output, and the video leaves through the first', { timeout: 120000 }, async () => {
    ids.debug = await editor.drag('debug', 690, 140);
    ids.delay = await editor.drag('delay', 520, 240);
    await editor.wire(ids.inject, ids.start);
    await editor.wire(ids.start, ids.collect);
    await editor.wire(ids.collect, ids.debug, 0);
    await editor.wire(ids.collect, ids.delay, 1);
    await editor.wire(ids.delay, ids.collect);
    const wires = [[ids.inject, 0, ids.start], [ids.start, 0, ids.collect], [ids.collect, 0, ids.debug], [ids.collect, 1, ids.delay], [ids.delay, 0, ids.collect]];
    assert.deepEqual(await links(), wires.map((wire) => wire.join(' ')).sort());
    await editor.deploy();
    image.hold();
    await editor.statusAfter(ids.collect, /^rendering$/, () => editor.press(ids.inject));
    assert.equal(await editor.status(ids.start), 'rendering');
    await editor.statusAfter(ids.collect, /^done$/, () => image.release());
    await editor.scrollToTop();
    await editor.screenshot('start_and_collect');
    const video = editor.page.locator('.wfn-previews video');
    await until('the video to play', () => video.evaluate((e) => e.currentTime > 0.2), 20000);
    const jobs = await sandbox.jobs();
    assert.equal(jobs.length, 1);
    assert.ok((await video.getAttribute('src')).includes(jobs[0].id));
});

test('a Collect that becomes Generate loses its second output and the wire of it', { timeout: 60000 }, async () => {
    await editor.edit(ids.collect);
    await choose('generate');
    assert.deepEqual(await shownRows(), ['prompt', 'perHour']);
    await editor.done();
    assert.deepEqual([await outputs(ids.collect), await isValid(ids.collect)], [1, false], 'the prompt is missing now');
    assert.ok(!(await links()).includes(`${ids.collect} 1 ${ids.delay}`));
});

test('a flow of an earlier version has one output, and is what it was after its form was opened', { timeout: 60000 }, async () => {
    const flow = [
        { id: 'old-tab', type: 'tab', label: 'Old' },
        {
            id: 'old', z: 'old-tab', type: 'slow_echo', name: '', connection: 'old-valley', concurrency: 10, runsPerHour: 100, x: 200, y: 100, wires: [[]],
            input_text: 'Hello', input_text_type: 'constant', input_milliseconds: '1', input_milliseconds_type: 'constant',
            input_voice: 'soft', input_voice_type: 'constant', input_repeat: '', input_repeat_type: 'unset',
        },
        { id: 'old-valley', type: 'echo-service-connection', name: '', credentials: { api_key: 'a-secret-key' } },
    ];
    await nodeRed.deploy(flow);
    await editor.page.reload();
    await editor.page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
    await editor.page.waitForSelector('[id="old"]');
    const valid = () => isValid('old');
    assert.deepEqual([await outputs('old'), await valid()], [1, true]);
    await editor.edit('old');
    assert.equal(await editor.page.inputValue('#node-input-operation'), 'generate');
    await editor.done();
    assert.deepEqual([await outputs('old'), await valid()], [1, true]);
    assert.deepEqual(editor.problems, []);
});
