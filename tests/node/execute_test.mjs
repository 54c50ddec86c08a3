// Runs: results, errors with all their fields, progress, and calls that are wrong.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { checkpointAfter } from '../../hosts/node/durable/checkpoint.js';
import jobServer from '../support/job_server.js';
import { load, ModuleError, modules, RunError } from './support.mjs';

const example = load(modules.example);
const lines = [];
const session = example.open({
    host: { name: 'tests', version: '1' },
    onLog: (level, message) => lines.push([level, message]),
});
const callback = load(modules.callback).open();
after(() => Promise.all([session.close(), callback.close()]));

test('a run that succeeds', async () => {
    const input = { text: 'Grüße, 世界 🌍', list: [1, null] };
    assert.deepEqual(await session.execute({ node: 'echo', input }), {
        outcome: 'succeeded',
        output: { echo: input },
        warnings: [],
        checkpoint: null,
    });
});

test('the log of the module', async () => {
    await session.execute({ node: 'echo', input: { text: '' } });
    assert.deepEqual(lines, [['info', 'The echo is listening']]);
});

test('a session tells which build of the module it is of', async () => {
    const pixelml = load(modules.pixelml);
    assert.match(pixelml.version, /^\d+\.\d+\.\d+\+[0-9a-f]{16}$/);
    const opened = [];
    await pixelml.open({ onLog: (level, message) => opened.push([level, message]) }).close();
    assert.deepEqual(opened, [['info', `pixelml_nodes ${pixelml.version}`]]);
});

test('with the level "trace", what went over the wire', async (t) => {
    const server = await new jobServer.JobServer().start();
    t.after(() => server.end());
    const trace = [];
    const options = { onLog: (level, message) => level === 'trace' && trace.push(message) };
    const apiKey = 'secret-key-1';
    const run = {
        node: 'image_to_video',
        input: { prompt: `Show ${apiKey}`, image: 'https://example.com/a.png', negative_prompt: null },
        connection: { api_key: apiKey, base_url: server.url, allow_insecure_loopback: true },
    };
    const pixelml = load(modules.pixelml);
    for (const logLevel of [undefined, 'trace']) {
        const traced = pixelml.open({ ...options, logLevel });
        await traced.execute({ ...run, runKey: `order of ${logLevel}` });
        await traced.close();
        assert.equal(trace.length > 0, logLevel === 'trace');
    }
    const purposes = trace.map((line) => JSON.parse(line)).map(({ run: name, purpose }) => `${name} ${purpose}`);
    assert.deepEqual([...new Set(purposes)], ['order of trace submit', 'order of trace poll']);
    assert.ok(!trace.some((line) => line.includes(apiKey)));
    assert.throws(() => pixelml.open({ logLevel: 'loud' }), /logLevel must be one of trace, debug/);
});

test('an output of a megabyte arrives whole', async () => {
    const { output } = await callback.execute({ node: 'storm', input: { bytes: 1 << 20 } });
    assert.equal(output.text, 'x'.repeat(1 << 20));
});

test('a run that fails rejects with all fields of the error', async () => {
    const error = await session.execute({ node: 'echo', input: {} }).then(
        () => assert.fail('it must not succeed'),
        (reason) => reason,
    );
    assert.ok(error instanceof RunError && error instanceof Error);
    assert.match(error.stack, /^RunError: The input lacks a member/);
    const fields = {
        name: 'RunError',
        message: 'The input lacks a member',
        type: 'Invalid Input',
        code: 'invalid_input',
        cause: 'The input does not match the schema',
        solution: 'Correct the members that are named',
        retryable: false,
        retryAfterMs: null,
        charged: 'no',
        httpStatus: null,
        requestId: null,
        jobId: null,
        details: [{ path: '/text', message: 'required, but missing' }],
        outcome: 'failed',
        checkpoint: null,
        warnings: [],
    };
    assert.deepEqual(error.toJSON(), fields);
    assert.deepEqual(JSON.parse(JSON.stringify(error)), fields);
    const { retry_after_ms: after, http_status: status, details, ...others } = error.fields;
    assert.deepEqual([after, status, details, others.code], [null, null, fields.details, 'invalid_input']);
    assert.deepEqual(new RunError(error.fields).toJSON(), fields);
});

test('an error at the deadline has a checkpoint and says when to come again', async () => {
    await assert.rejects(
        session.execute({ node: 'slow_echo', input: { text: '', milliseconds: 60_000 }, timeoutMs: 100 }),
        (error) => {
            assert.equal(error.code, 'processing_timeout');
            assert.equal(error.retryable, true);
            assert.equal(error.retryAfterMs, 2000);
            assert.equal(error.charged, 'yes');
            assert.equal(error.jobId, 'echo-1');
            assert.equal(error.checkpoint.submission, 'yes');
            assert.equal(error.checkpoint.jobId, 'echo-1');
            assert.ok(JSON.parse(error.checkpoint.json).milliseconds > 50_000);
            return true;
        },
    );
});

test('an error is made of its members', async () => {
    const controller = new AbortController();
    const run = callback.execute({
        node: 'storm',
        input: { hold: 1 },
        signal: controller.signal,
        onProgress: () => controller.abort(),
    });
    await assert.rejects(run, (error) => {
        assert.equal(error.code, 'cancelled');
        assert.equal(error.message, 'The run was cancelled');
        assert.equal(error.retryable, false);
        const { charged, httpStatus, requestId, jobId, details } = error;
        assert.deepEqual([charged, httpStatus, requestId, jobId, details], ['yes', 503, 'request-1', 'job-1', []]);
        return true;
    });
});

test('progress', async () => {
    const progress = [];
    await session.execute({
        node: 'slow_echo',
        input: { text: '', milliseconds: 1000 },
        onProgress: (p) => progress.push(p),
    });
    assert.ok(progress.length >= 2);
    for (const p of progress) {
        assert.deepEqual(Object.keys(p), ['phase', 'fraction', 'etaMs', 'elapsedMs', 'jobId', 'message']);
        assert.ok(p.elapsedMs >= 0 && p.etaMs >= 0);
    }
    const last = progress.at(-1);
    assert.equal(last.phase, 'running');
    assert.ok(last.fraction > 0 && last.fraction < 1);
    assert.equal(last.jobId, 'echo-1');
    assert.equal(last.message, 'The echo is on its way back');
});

test('suspended when submitted, and gone on from the checkpoint', async () => {
    const run = { node: 'slow_echo', input: { text: 'later', milliseconds: 500 } };
    const first = await session.execute({ ...run, suspend: 'when-submitted' });
    assert.equal(first.outcome, 'suspended');
    assert.ok(first.resumeAfterMs > 0 && first.resumeAfterMs <= 500);
    assert.deepEqual([first.checkpoint.submission, first.checkpoint.jobId], ['yes', 'echo-1']);
    assert.ok(!('output' in first));
    for (const checkpoint of [first.checkpoint, { json: first.checkpoint.json }]) {
        const second = await session.execute({ ...run, checkpoint });
        assert.equal(second.outcome, 'succeeded');
        assert.deepEqual(second.output, { echo: run.input });
        assert.deepEqual(second.warnings, [{ code: 'resumed', message: 'Went on from a checkpoint' }]);
    }
});

test('suspended after a time', async () => {
    const started = performance.now();
    const input = { text: '', milliseconds: 60_000 };
    const result = await session.execute({ node: 'slow_echo', input, suspend: { afterMs: 100 } });
    assert.equal(result.outcome, 'suspended');
    assert.ok(performance.now() - started >= 99);
});

test('validated only: an output is not there, an error is', async () => {
    const run = { node: 'slow_echo', validateOnly: true };
    assert.deepEqual(await session.execute({ ...run, input: { text: '', milliseconds: 60_000 } }), {
        outcome: 'succeeded',
        output: null,
        warnings: [],
        checkpoint: null,
    });
    await assert.rejects(session.execute({ ...run, input: {} }), { code: 'invalid_input' });
});

test('the flags reach the module: it refuses those that it does not know', async () => {
    const input = { text: '' };
    const nothing = { node: 'slow_echo', input, collectOnly: true };
    await assert.rejects(session.execute(nothing), { name: 'RunError', code: 'nothing_to_collect' });
    for (const flag of ['checkConnection', 'dryRun']) {
        const unknown = session.execute({ node: 'echo', input, validateOnly: true, [flag]: true });
        await assert.rejects(unknown, { name: 'ModuleError', code: 'invalid_argument', message: /does not know one of the options/ });
    }
    const withoutInput = session.execute({ node: 'echo', validateOnly: true, checkConnection: true });
    await assert.rejects(withoutInput, { name: 'ModuleError', code: 'invalid_argument' }, 'and not a TypeError');
});

test('the connection reaches the module', async () => {
    const run = { node: 'slow_echo', input: { text: '', milliseconds: 1 } };
    await session.execute({ ...run, connection: { api_key: 'right' } });
    await assert.rejects(session.execute({ ...run, connection: { api_key: 'wrong' } }), { code: 'invalid_connection' });
});

const cyclic = {};
cyclic.itself = cyclic;

for (const [what, wrong] of [
    ['no options', undefined],
    ['no input', { node: 'echo' }],
    ['an input that is text', { node: 'echo', input: '{}' }],
    ['a connection that is text', { node: 'echo', input: {}, connection: 'key' }],
    ['a run key with NUL', { node: 'echo', input: {}, runKey: 'a\0b' }],
    ['a time that is text', { node: 'echo', input: {}, timeoutMs: '5' }],
    ['a negative time', { node: 'echo', input: {}, timeoutMs: -1 }],
    ['a time that is no number', { node: 'echo', input: {}, checkpointTimeoutMs: NaN }],
    ['an unknown suspend', { node: 'echo', input: {}, suspend: 'soon' }],
    ['a checkpoint that is text', { node: 'echo', input: {}, checkpoint: '{}' }],
    ['a checkpoint without its text', { node: 'echo', input: {}, checkpoint: { milliseconds: 1 } }],
    ['a callback that is none', { node: 'echo', input: {}, onProgress: {} }],
    ['a signal that is none', { node: 'echo', input: {}, signal: {} }],
    ['an input with a cycle', { node: 'echo', input: cyclic }],
]) {
    test(`not started: ${what}`, () => assert.rejects(session.execute(wrong), TypeError));
}

test('not started: an unknown node, named with the known ones', () =>
    assert.rejects(session.execute({ node: 'shout', input: {} }), (error) => {
        assert.ok(error instanceof ModuleError);
        assert.equal(error.code, 'unknown_node');
        assert.match(error.message, /no node "shout"; it has: echo, slow_echo/);
        return true;
    }));

test('not started: an input of more than a megabyte', () =>
    assert.rejects(session.execute({ node: 'echo', input: { text: 'x'.repeat(1 << 20) } }), {
        name: 'ModuleError',
        code: 'invalid_argument',
    }));

test('a result that is not JSON is an error, not a crash', () =>
    assert.rejects(callback.execute({ node: 'garbled', input: {} }), { name: 'ModuleError', code: 'invalid_result' }));

for (const [what, file, message] of [
    ['a success without an output', modules.outputNull, /succeeded, but has no output$/],
    ['an unknown outcome', modules.unknownOutcome, /has the unknown outcome -?\d+$/],
    ['a failure without an error', modules.failureWithoutError, /failed, but has no error$/],
]) {
    test(`${what} is an error that leaves the last checkpoint as it was`, async () => {
        const broken = load(file).open();
        const kept = { submission: 'yes', jobId: 'job-1', json: '{}' };
        try {
            await assert.rejects(broken.execute({ node: 'bad', input: {} }), (error) => {
                assert.ok(error instanceof ModuleError);
                assert.equal(error.code, 'invalid_result');
                assert.match(error.message, message);
                assert.equal(checkpointAfter(error, kept), kept);
                return true;
            });
        } finally {
            await broken.close();
        }
    });
}

test('an error of a result that is of no other use has its checkpoint', async () => {
    const broken = load(modules.unknownOutcomeWithCheckpoint).open();
    const newer = { submission: 'yes', jobId: 'job-2', json: '{"n":2}' };
    const error = await broken.execute({ node: 'bad', input: {} }).catch((reason) => reason);
    await broken.close();
    assert.equal(error.code, 'invalid_result');
    assert.deepEqual(checkpointAfter(error, { submission: 'maybe', jobId: null, json: '{"n":1}' }), newer);
});

test('a suspended run that gives no checkpoint leaves the last one as it was', async () => {
    const broken = load(modules.suspendedWithoutCheckpoint).open();
    const kept = { submission: 'yes', jobId: 'job-1', json: '{}' };
    const result = await broken.execute({ node: 'bad', input: {} });
    await broken.close();
    assert.deepEqual([result.outcome, result.checkpoint], ['suspended', null]);
    assert.equal(checkpointAfter(result, kept), kept);
});

test('settings that the module refuses: the error has its words', () => {
    assert.throws(() => load(modules.callback).open({ settings: { refuse: 1 } }), {
        name: 'ModuleError',
        code: 'session_not_opened',
        message: /does not open a session: \/refuse: must not be set/,
    });
    assert.throws(() => load(modules.callback).open({ onLog: 'yes' }), TypeError);
});
