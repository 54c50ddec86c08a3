'use strict';
// The status under a node.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { statusOf } = require('../lib/status');
const { t } = require('./support/words');

test('the status of one run, of many, and of none', () => {
    const none = { done: 0, open: 0, failed: 0, lastError: null };
    const show = (view) => statusOf(t, { waiting: 0, counts: none, makesVideo: true, live: [], ...view });
    const running = { phase: 'running', fraction: 0.417, etaMs: 29000 };
    assert.deepEqual(show({}), {});
    assert.equal(show({ live: [running] }).text, 'rendering 42 % · about 30 s');
    assert.equal(show({ live: [running], makesVideo: false }).text, 'running 42 % · about 30 s');
    assert.equal(show({ live: [{ phase: 'queued', fraction: null, etaMs: null }] }).text, 'queued');
    assert.equal(show({ live: [{ ...running, etaMs: 200000 }] }).text, 'rendering 42 % · about 3 min');
    assert.equal(show({ live: [{ ...running, phase: 'retrying' }] }).fill, 'yellow');
    assert.equal(
        show({ live: [running, null], waiting: 5, counts: { ...none, done: 2, failed: 1 } }).text,
        '2 rendering · 5 waiting · 2 done · 1 failed',
    );
    assert.deepEqual(show({ counts: { ...none, done: 1 } }), { fill: 'green', shape: 'dot', text: 'done' });
    assert.deepEqual(show({ counts: { ...none, failed: 1, lastError: 'Rate Limited' } }), {
        fill: 'red',
        shape: 'ring',
        text: 'Rate Limited',
    });
    assert.equal(show({ counts: { ...none, done: 3, failed: 2, lastError: 'Rate Limited' } }).text, '3 done · 2 failed: Rate Limited');
    assert.deepEqual(show({ counts: { ...none, open: 1 } }), { fill: 'blue', shape: 'ring', text: 'rendering' });
    assert.equal(show({ counts: { ...none, open: 1 }, makesVideo: false }).text, 'running');
    assert.equal(show({ counts: { ...none, open: 2, done: 1 } }).text, '2 rendering · 1 done');
});
