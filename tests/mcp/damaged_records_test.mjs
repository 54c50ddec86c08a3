// Records that say nothing to rely on, and folders that are gone: nothing is paid twice, and everything else goes on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { callTool, client, connectHttp, setUp, startHttp, startService, videoOf } from './support/servers.mjs';

async function connected(t, setup) {
    const one = client.old();
    const server = await startHttp(t, setup);
    await connectHttp(t, one, server.url);
    return { one, ...server };
}

/** What a call that is answered with an error of the protocol says. */
const refusalOf = (call) => call.then((result) => assert.fail(JSON.stringify(result)), ({ message }) => message);

test('a call whose record is damaged pays nothing, and the person is told the file', { timeout: 120_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 100 });
    const setup = setUp(service);
    const first = await connected(t, setup);
    const call = { name: 'image_to_video', arguments: videoOf(service, 'A secret prompt') };
    const { structuredContent: { run } } = await callTool(first.one, call);
    const name = `${run.split('-')[0]}.json`;
    const file = path.join(setup.state, 'runs', name);
    const good = fs.readFileSync(file, 'utf8');
    const without = (member) => JSON.stringify({ ...JSON.parse(good), [member]: undefined });
    const damages = [
        good.slice(0, 200), good.replace('"prompt"', '#'), '', 'null', '[]', '"x"', '7', good.replace('"version":1', '"version":2'),
        good.replaceAll(run, run.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))), JSON.stringify({ ...JSON.parse(good), ending: {} }),
        JSON.stringify({ ...JSON.parse(good), ending: null, checkpoint: 'x' }), ...['ending', 'input', 'owner', 'createdAt', 'runKey'].map(without),
    ];
    for (const damage of damages) {
        fs.writeFileSync(file, damage);
        const message = await refusalOf(callTool(first.one, call));
        assert.match(message, /is damaged: nothing was started or paid now/, damage);
        assert.ok(!message.includes(name));
        const { structuredContent } = await callTool(first.one, { name: 'collect_run', arguments: { run } });
        assert.equal(structuredContent.status, 'succeeded', 'it is known from before');
    }
    assert.match(first.child.output, new RegExp(`The file ${name} of a run holds no record`));

    fs.writeFileSync(file, without('ending'));
    const second = await connected(t, setup);
    assert.match(second.child.output, new RegExp(`A file was left alone.*${name}.*lacks what a run has: ending.*Look for its job`));
    assert.match(await refusalOf(callTool(second.one, { name: 'collect_run', arguments: { run } })), /is damaged/);
    assert.match(await refusalOf(callTool(second.one, call)), /is damaged/);
    assert.equal(service.jobs.size, 1);
    for (const { child } of [first, second]) {
        assert.ok(!child.output.includes('secret prompt'));
    }
    fs.rmSync(file);
    const { structuredContent: another } = await callTool(second.one, call);
    assert.equal(another.status, 'succeeded', 'who removes the file may call again');
});

test('the folder of the state is made anew', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 100 });
    const setup = setUp(service);
    const { one } = await connected(t, setup);
    const run = async (prompt) => (await callTool(one, { name: 'image_to_video', arguments: videoOf(service, prompt) })).structuredContent?.run;
    const before = await run('Zoom');
    fs.rmSync(setup.state, { recursive: true, maxRetries: 10 });
    assert.equal(await run('Zoom'), before);
    const after = await run('Pan');
    assert.ok(fs.existsSync(path.join(setup.state, 'runs', `${after.split('-')[0]}.json`)));
    fs.rmSync(path.join(setup.state, 'runs'), { recursive: true, maxRetries: 10 });
    assert.ok(await run('Tilt'));
    assert.equal(service.jobs.size, 3);
});
