'use strict';
// Keep the file, in the editor: what the form offers, what it finds wrong, and a video beside its flow.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { openScene } = require('./support/scene');
const { until } = require('../../../tests/support/waiting');

let scene;
let editor;
let folder;
let id;
const field = (name) => `#node-input-${name}`;
const shown = async (...selectors) => Promise.all(selectors.map((selector) => editor.page.locator(selector).isVisible()));

before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kept-'));
    scene = await openScene();
    ({ editor } = scene);
    id = await editor.drag('image_to_video', 360, 140);
});
after(async () => {
    await scene?.end();
    fs.rmSync(folder, { recursive: true });
});

const parts = [field('keep'), '.wfn-keeping-file', '.wfn-keeping-any'];
const isWrong = (name) => editor.page.locator(`${field(`${name}_row`)} .input-error, ${field(name)}.input-error`).count();

test('the form shows what the choice needs', { timeout: 60000 }, async () => {
    const { page } = editor;
    await editor.edit(id);
    assert.deepEqual(await shown(...parts), [true, false, false]);
    await page.selectOption(field('keep'), 'buffer');
    assert.deepEqual(await shown(...parts), [true, false, true]);
    await page.selectOption(field('keep'), 'file');
    assert.deepEqual(await shown(...parts), [true, true, true]);
    assert.ok((await isWrong('keepPath')) > 0, 'a file without a place');
    await page.selectOption(field('operation'), 'start');
    assert.deepEqual(await shown(...parts), [false, false, false]);
    await page.selectOption(field('operation'), 'generate');
    await page.fill(field('keepLargest'), 'much');
    await page.press(field('keepLargest'), 'Tab');
    assert.ok((await isWrong('keepLargest')) > 0);
    await page.fill(field('keepLargest'), '50');
    await page.locator(`${field('keepPath_row')} input.red-ui-typedInput-input`).fill(folder);
    await page.locator(`${field('keepPath_row')} input.red-ui-typedInput-input`).press('Tab');
    await until('no fault', async () => (await isWrong('keepPath')) + (await isWrong('keepLargest')) === 0);
    await page.locator('.wfn-keeping').scrollIntoViewIfNeeded();
    await page.locator(field('keepLargest')).scrollIntoViewIfNeeded();
    await editor.screenshot('keeping_form');
    await page.fill('#node-input-input_prompt_constant', 'Slow zoom in');
    await page.fill('#node-input-input_image_constant', scene.image.url);
    await page.click('#node-input-btn-connection-add');
    await page.waitForSelector('#node-config-input-api_key', { state: 'visible' });
    await page.click('.wfn-sandbox');
    await page.click('#node-config-dialog-ok');
    await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await editor.done();
    const kept = await page.evaluate((one) => {
        const { keep, keepPath, keepPath_type: type, keepReplace, keepLargest, valid } = RED.nodes.node(one);
        return { keep, keepPath, type, keepReplace, keepLargest, valid };
    }, id);
    assert.deepEqual(kept, { keep: 'file', keepPath: folder, type: 'str', keepReplace: false, keepLargest: '50', valid: true });
});

test('deploy, inject: the video is in the folder', { timeout: 120000 }, async () => {
    const inject = await editor.drag('inject', 140, 140);
    await editor.wire(inject, id);
    await editor.deploy();
    await editor.statusAfter(id, /^done$/, () => editor.press(inject));
    const [name] = fs.readdirSync(folder);
    assert.equal(fs.readFileSync(path.join(folder, name)).toString('latin1', 4, 8), 'ftyp');
    await editor.edit(id);
    assert.equal(await editor.page.inputValue(field('keep')), 'file');
    await editor.done();
    assert.deepEqual(editor.problems, []);
});
