'use strict';
// What a node reads from a message, a context, an expression, and what comes out of any module's node.
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { NodeRed } = require('./support/node_red');
const { exampleModule } = require('./support/places');
const { Flow, echo, slowEcho, valley } = require('./support/flows');

let nodeRed;
before(async () => {
    nodeRed = await new NodeRed({ more: { workflowNodes: { modules: [exampleModule] } } }).start();
});
after(() => nodeRed.remove());

test('another module needs no new code: its node runs in a flow', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [echo()]);
    await flow.send([{ payload: 'hello', topic: 'kept' }]);
    const [line] = await flow.results(1);
    assert.deepEqual(line.payload, { echo: { text: 'hello', milliseconds: 1000, voice: 'soft' } });
    assert.equal(line.topic, 'kept');
});

test('a field may be an expression, a context, null or left out', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [
        echo({
            input_text: '$uppercase(payload) & "!"', input_text_type: 'jsonata',
            input_milliseconds: '7', input_milliseconds_type: 'constant',
            input_voice: 'voice', input_voice_type: 'flow', // does not exist
            input_repeat: 'null', input_repeat_type: 'constant',
        }),
    ]);
    const before = flow.lines().length;
    await flow.send([{ payload: 'hello' }]);
    const line = (await flow.results(before + 1)).at(-1);
    assert.deepEqual(line.payload.echo, { text: 'HELLO!', milliseconds: 7, repeat: null });
});

test('a wrong input is an error that a catch node can read', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [echo({ input_text: 'nothing.here' })]);
    const before = flow.lines().length;
    await flow.send([{ payload: 'hello' }]);
    const line = (await flow.results(before + 1)).at(-1);
    assert.equal(line.from, 'catch');
    assert.equal(line.error.type, 'Invalid Input');
    assert.equal(line.error.code, 'invalid_input');
    assert.equal(line.error.charged, 'no');
    assert.deepEqual(line.error.details, [{ path: '/text', message: 'required, but missing' }]);
    assert.equal(line.error.source.id, 'node');
    assert.equal(line.error.solution, 'Correct the members that are named');
    assert.equal(line.payload, 'hello');
});

test('an expression that fails says which field', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [echo({ input_text: '$number("x")', input_text_type: 'jsonata' })]);
    const before = flow.lines().length;
    await flow.send([{ payload: 'hello' }]);
    const line = (await flow.results(before + 1)).at(-1);
    assert.match(line.error.message, /^Text could not be read \(/);
});

test('msg.cancel ends the runs, and those that wait for their turn', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(nodeRed, [
        valley,
        slowEcho({ concurrency: 2, input_milliseconds: '60000' }),
    ]);
    const before = flow.lines().length;
    const first = await flow.send([{ payload: 'call 1' }]);
    await flow.send([2, 3, 4, 5].map((n) => ({ payload: `call ${n}` })));
    await flow.send([{ cancel: first }]);
    assert.equal((await flow.results(before + 1)).at(-1).payload, 'call 1');
    await flow.send([{ cancel: true }]);
    const lines = (await flow.results(before + 5)).slice(before);
    assert.deepEqual(lines.map((line) => line.error.code), Array(5).fill('cancelled'));
    assert.deepEqual(lines.map((line) => line.payload).sort(), [1, 2, 3, 4, 5].map((n) => `call ${n}`));
});
