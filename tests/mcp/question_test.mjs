// The question for the price, with persons that take their time and clients that do not know how to ask.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../support/waiting.js';
import { startRaw } from './support/raw_client.mjs';
import { startService, textOf, videoOf } from './support/servers.mjs';

const yes = { action: 'accept', content: { go_on: true } };

/** A client that can ask: {call: of the tool, questions: those that were put, reply: to one, ...of startRaw}. */
async function start(t, { args = [] } = {}) {
    const service = await startService(t, { renderMs: () => 100 });
    const client = startRaw(t, service, { capabilities: { elicitation: {} }, args });
    let count = 0;
    const call = (prompt) => {
        count += 1;
        return client.ask(`call ${count}`, 'tools/call', { name: 'image_to_video', arguments: videoOf(service, prompt) }).then(({ result }) => result);
    };
    const questions = () => client.messages.filter(({ method }) => method === 'elicitation/create');
    const asked = (number) => until(`question ${number}`, () => questions()[number - 1]);
    const reply = ({ id }, rest) => client.line({ jsonrpc: '2.0', id, ...rest });
    return { ...client, service, call, questions, asked, reply, last: () => `call ${count}` };
}

test('a person who takes longer than a call: the next one has the answer', { timeout: 60_000 }, async (t) => {
    const { call, asked, reply, questions, service } = await start(t, { args: ['--answer-within', '500ms'] });
    const first = await call('Zoom');
    assert.equal(first.isError, true);
    assert.match(textOf(first), /^Nothing was started or paid: the person was asked .* has not answered yet\. .*make the same call again/);
    reply(await asked(1), { result: yes });
    assert.equal((await call('Zoom')).structuredContent.status, 'succeeded');
    assert.equal(questions().length, 1);
    assert.equal(service.jobs.size, 1);

    await call('Pan');
    reply(await asked(2), { result: { action: 'decline' } });
    assert.match(textOf(await call('Pan')), /did not agree/);
    assert.match(textOf(await call('Pan')), /has not answered yet/, 'the answer was for one call');
    assert.equal(questions().length, 3);
    assert.equal(service.jobs.size, 1);
});

test('equal calls at once ask once', { timeout: 60_000 }, async (t) => {
    const { call, asked, reply, questions, service } = await start(t);
    const calls = [call('Zoom'), call('Zoom'), call('Zoom')];
    reply(await asked(1), { result: yes });
    const runs = (await Promise.all(calls)).map(({ structuredContent }) => structuredContent.run);
    assert.equal(new Set(runs).size, 1);
    assert.equal(questions().length, 1);
    assert.equal(service.jobs.size, 1);
});

test('a client that cannot ask, though it says so, and answers that are none', { timeout: 60_000 }, async (t) => {
    const { call, asked, reply, service } = await start(t, { args: ['--answer-within', '1s'] });
    const refused = call('Zoom');
    reply(await asked(1), { error: { code: -32601, message: 'Method not found' } });
    assert.match(textOf(await refused), /^Nothing was started or paid: the client could not ask .*Method not found\. .*--no-confirm/);
    const replies = [{ result: null }, { result: {} }, { result: { action: 'maybe' } }, { result: { action: 'accept' } }, { result: 5 }];
    for (const [i, one] of replies.entries()) {
        const called = call(`Odd ${i}`);
        reply(await asked(i + 2), one);
        assert.match(textOf(await called), /^Nothing was started or paid/, JSON.stringify(one));
    }
    assert.equal(service.jobs.size, 0);
});

test('a call that is cancelled while the person thinks begins nothing', { timeout: 60_000 }, async (t) => {
    const { call, asked, reply, ask, last, line, service } = await start(t);
    call('Zoom').catch(() => {});
    const question = await asked(1);
    line({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: last() } });
    reply(question, { result: yes });
    await ask('after it', 'ping');
    assert.equal(service.jobs.size, 0);
    assert.equal((await call('Zoom')).structuredContent.status, 'succeeded', 'the answer was kept');
    assert.equal(service.jobs.size, 1);
});
