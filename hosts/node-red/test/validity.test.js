'use strict';
// Which nodes the editor calls invalid, while the form of one of them is open.
const assert = require('node:assert/strict');
const { afterEach, beforeEach, test } = require('node:test');
const { editorModule } = require('./support/editor_module');

const saved = { operation: 'generate', input_image_type: 'constant' };
const shown = { '#node-input-operation': 'collect', '#node-input-input_image_type': 'msg' };
let edited;

beforeEach(() => {
    edited = { ...saved };
    globalThis.$ = (selector) => ({ val: () => shown[selector], closest: () => ({ data: () => edited }) });
    globalThis.RED = { _: (key) => key, utils: { validateTypedProperty: () => true } };
});
afterEach(() => {
    delete globalThis.$;
    delete globalThis.RED;
});

test('what the open form says of the operation counts for the node that is edited, and for no other', async () => {
    const { collects } = await editorModule('operation.js');
    assert.deepEqual([edited, { ...saved }, { operation: 'collect' }, {}].map(collects), [true, false, true, false]);
});

test('so does what it says of the type of a field', async () => {
    const { validatorOf } = await editorModule('field_values.js');
    const isValid = validatorOf({ property: 'input_image', kind: 'media', required: true });
    assert.deepEqual([edited, { ...saved }].map((node) => isValid.call(node, 'payload')), [true, false]);
});
