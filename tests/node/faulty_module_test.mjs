// Modules that call back against the boundary: the process lives, and each run ends once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load, modules } from './support.mjs';

const bad = { node: 'bad', input: {}, onProgress: () => {}, onCheckpoint: () => {} };

/** What the run ended as, in order, and what else it was told. Closing joins the thread that calls back late. */
async function endsOf(module, options) {
    const ends = [];
    const session = load(module).open();
    const run = session.execute(options).then(
        ({ outcome }) => ends.push(outcome),
        ({ code }) => ends.push(code),
    );
    await run;
    await session.close();
    return ends;
}

for (let time = 1; time <= 5; time += 1) {
    test(`callbacks after the end find nothing, ${time}`, async () => {
        const told = [];
        const onProgress = ({ phase }) => told.push(phase);
        const onCheckpoint = () => void told.push('checkpoint');
        assert.deepEqual(await endsOf(modules.completesTwice, { ...bad, onProgress, onCheckpoint }), ['succeeded']);
        assert.deepEqual(told, ['running', 'checkpoint']);
    });
}

test('a second end, at once, is not another run’s', async () => {
    const session = load(modules.doubleCompletion).open();
    const echo = (number) => session.execute({ node: 'echo', input: { text: String(number) } });
    const all = await Promise.all(Array.from({ length: 200 }, (_, number) => echo(number)));
    all.forEach(({ output }, number) => assert.equal(output.echo.text, String(number)));
    await session.close();
});

test('an end without a result', async () => {
    assert.deepEqual(await endsOf(modules.resultNull, bad), ['invalid_result']);
});

test('a checkpoint without a text is not kept', async () => {
    const seen = [];
    const onCheckpoint = (checkpoint) => void seen.push(checkpoint);
    assert.deepEqual(await endsOf(modules.checkpointNull, { ...bad, onCheckpoint }), ['checkpoint_not_kept']);
    assert.deepEqual(seen, []);
});
