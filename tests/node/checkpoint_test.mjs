// onCheckpoint: the run goes on only after it said that the checkpoint is kept.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { load, modules, sleep } from './support.mjs';

const example = load(modules.example).open();
const session = load(modules.callback).open();
after(() => Promise.all([example.close(), session.close()]));

const slow = { node: 'slow_echo', input: { text: '', milliseconds: 1 } };
const asks = (checkpoints, onCheckpoint, checkpointTimeoutMs = 5000) =>
    session.execute({ node: 'checkpoints', input: { checkpoints }, onCheckpoint, checkpointTimeoutMs });
const numberOf = ({ json }) => JSON.parse(json).number;
const kept = async (run) => (await run).output.kept;

test('kept when the callback returned', async () => {
    const seen = [];
    assert.deepEqual(await kept(asks(3, (checkpoint) => seen.push(checkpoint))), [1, 1, 1]);
    assert.deepEqual(seen.map(numberOf), [1, 2, 3]);
});

test('a checkpoint says whether a job was submitted, and which', async () => {
    const seen = [];
    await asks(3, (checkpoint) => seen.push(checkpoint));
    assert.deepEqual(seen, [
        { submission: 'no', jobId: null, json: '{"number":1}' },
        { submission: 'maybe', jobId: null, json: '{"number":2}' },
        { submission: 'yes', jobId: 'job-3', json: '{"number":3}' },
    ]);
});

test('kept when the promise was kept, and not before', async () => {
    const events = [];
    await example.execute({
        ...slow,
        onProgress: ({ phase }) => events.push(phase),
        onCheckpoint: async () => {
            events.push('asked');
            await sleep(150);
            events.push('kept');
        },
    });
    assert.deepEqual(events.slice(0, 3), ['preparing', 'asked', 'kept']);
    assert.ok(!events.slice(0, 3).includes('running'));
});

test('not kept when the callback threw or its promise was broken', async () => {
    const answers = [
        () => {},
        () => {
            throw new Error('disk full');
        },
        () => Promise.reject(new Error('disk full')),
        async () => {},
    ];
    assert.deepEqual(await kept(asks(4, (checkpoint) => answers[numberOf(checkpoint) - 1]())), [1, 0, 0, 1]);
});

test('the run ends unpaid when its checkpoint is not kept', () =>
    assert.rejects(example.execute({ ...slow, onCheckpoint: () => Promise.reject(new Error('disk full')) }), {
        name: 'RunError',
        code: 'checkpoint_not_kept',
        retryable: true,
        charged: 'no',
    }));

test('an answer that comes too late is not taken for the next checkpoint', async () => {
    let running = 0;
    const onCheckpoint = async (checkpoint) => {
        const number = numberOf(checkpoint);
        running += 1;
        assert.equal(running, 1, 'calls of one run do not overlap');
        await (number === 1 ? sleep(150) : undefined);
        running -= 1;
        if (number === 2) {
            throw new Error('disk full');
        }
    };
    assert.deepEqual(await kept(asks(2, onCheckpoint, 100)), [0, 0]);
});

test('an answer that comes after the end is not taken for another run', async () => {
    let answer;
    const first = asks(1, () => new Promise((resolve) => (answer = resolve)), 50);
    assert.deepEqual(await kept(first), [0]);
    const second = asks(1, () => sleep(200), 100); // has the id of the first
    answer();
    assert.deepEqual(await kept(second), [0]);
});

test('a host that keeps none is not asked', async () => {
    assert.deepEqual(await kept(asks(2, undefined)), [-1, -1]);
});
