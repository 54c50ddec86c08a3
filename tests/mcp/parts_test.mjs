// What needs no server: the parts without I/O.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { exampleModule, pixelmlModule, repository, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const part = (name) => require(`../../hosts/mcp/lib/${name}.js`);
const addon = require('../../hosts/mcp/native/addon');

const { bareUrl, readArguments } = part('given_arguments');
const { nodesOf } = part('catalogue');
const { toolsOf } = part('node_tool');
const { askOf, askOfTask, canonical, runKeyOf, taskIdOf } = part('run_names');
const { agedBy, nextProgress, pollIntervalMs } = part('progress');
const { Accounts } = part('accounts');
const { Claims } = part('claims');
const { answerOf } = part('answers');
const { decisionFor, hasExpired, nextTryMs, refusalByLimits, refusalBySize, ttlMsOf } = part('decisions');
const { detailedTask2026, task2025, task2026 } = part('task_shapes');
const { canAsk, verdictOf } = part('confirmation');
const { connectionFromEnvironment, connectionsOf } = part('connections');
const { durationOf, durationText } = part('duration');
const { guard, ownersOf } = part('http_guard');
const { partsOf } = part('resources');
const { settingsOf } = part('settings');
const { KnownRuns } = part('known_runs');
const { Run } = part('run');
const { RunFiles } = part('run_files');
const { Runs } = part('runs');
const { stillOf } = part('still');

const [video] = nodesOf(addon, [pixelmlModule]);
const [echo] = nodesOf(addon, [exampleModule]);
const hour = 3_600_000;
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

test('a URL is taken out of what models write around it', () => {
    const url = 'https://example.com/a_(1).jpg?b=c';
    for (const text of [url, ` ${url}\n`, `<${url}>`, `"${url}"`, `\`${url}\``, `'${url}'`]) {
        assert.equal(bareUrl(text), url, text);
    }
    const plain = 'https://example.com/a.jpg';
    for (const text of [`[photo](${plain})`, `![](${plain})`, `[${plain}](${plain})`, `[a](<${plain}>)`, `![a](${plain} "A title")`]) {
        assert.equal(bareUrl(text), plain, text);
    }
    assert.equal(bareUrl('`/home/me/My photos/a.jpg`'), '/home/me/My photos/a.jpg');
    assert.equal(bareUrl('see [this] (not a link)'), 'see [this] (not a link)');
});

test('arguments as models write them become the input that is meant', () => {
    const { input, ignored, problem } = readArguments(video.form.fields, {
        prompt: 'Zoom',
        image: '[photo](https://example.com/a.jpg)',
        negative_prompt: '',
        model: 'pixel_m',
        size: '',
        prompt_optimizer: 'True',
        duration: 5,
        __proto__: { polluted: true },
    });
    assert.equal(problem, null);
    assert.deepEqual(input, {
        prompt: 'Zoom', image: 'https://example.com/a.jpg', negative_prompt: null, model: 'Pixel M', prompt_optimizer: true,
    });
    assert.deepEqual(ignored, ['duration']);
    assert.deepEqual(readArguments(echo.form.fields, { text: 7, milliseconds: '20', repeat: 'none' }).input, { text: '7', milliseconds: 20 });
    assert.equal(readArguments(video.form.fields, { prompt: 'null', image: 'x' }).input.prompt, 'null', 'a required text may be any text');
});

test('what cannot be meant is said in one sentence, with what is taken', () => {
    const { problem } = readArguments(echo.form.fields, { milliseconds: 'soon', voice: 'shrill', repeat: 'perhaps' });
    assert.equal(
        problem,
        'text is required: a text; milliseconds must be an integer, not "soon"; voice must be one of "soft", "loud", not "shrill"; ' +
            'repeat must be true or false or null, not "perhaps".',
    );
    assert.match(readArguments(video.form.fields, []).problem, /must be an object/);
    for (const text of ['constructor', 'toString', '__proto__', { toString: 1 }, [{ toString: 1 }]]) {
        assert.match(readArguments(echo.form.fields, { text: 'x', repeat: text }).problem, /^repeat must be true or false or null/);
        assert.match(readArguments(echo.form.fields, { text: 'x', voice: text }).problem, /^voice must be one of/);
    }
    assert.ok(readArguments(echo.form.fields, { text: 'x', voice: 'y'.repeat(100_000) }).problem.length < 200);
});

test('long texts are read in a time that grows with their length alone', () => {
    const started = performance.now();
    for (const text of [`${' '.repeat(1_000_000)}x`, `[](${' '.repeat(1_000_000)}x`, `"${'a'.repeat(1_000_000)}`]) {
        readArguments(video.form.fields, { prompt: text, image: text });
    }
    assert.ok(performance.now() - started < 2000);
});

test('tools come from descriptors', () => {
    const nodes = nodesOf(addon, [pixelmlModule, exampleModule]);
    const tools = toolsOf(nodes, { sameCallMs: hour, folders: [] });
    assert.deepEqual([...tools.keys()], [
        'image_to_video', 'start_image_to_video', 'echo', 'start_echo', 'slow_echo', 'start_slow_echo', 'collect_run', 'cancel_run',
    ]);
    const { definition } = tools.get('image_to_video');
    assert.equal(definition.title, 'Image to video');
    assert.match(definition.description, /^This node transforms static images into animated videos.*life\. /);
    assert.ok(definition.description.length <= 1024);
    assert.match(definition.description, /about 4 credits \(\$0\.10\) a run.*within 1 h/);
    assert.deepEqual(definition.inputSchema.required, ['prompt', 'image'], 'what may be null may be left out');
    assert.deepEqual(definition.inputSchema.properties.model.enum, ['Pixel M', 'Pixel S']);
    assert.equal(definition.outputSchema.properties.output.properties.video.type, 'string');
    assert.match(definition.icons[0].src, /^data:image\/svg\+xml;base64,/);
    assert.throws(() => nodesOf(addon, [exampleModule, exampleModule]), /Both example and example have a node echo/);
});

test("a node's own input is never taken for the server's", () => {
    const { variationName } = part('node_tool');
    assert.equal(variationName({ properties: { variation: {}, run_variation: {} } }), 'run_run_variation');
});

test('the names of a run follow from what was asked, and tell nothing of it', () => {
    const what = { owner: 'a', module: 'm', node: 'n', input: { b: 1, a: [1, { d: 2, c: 3 }] }, account: 'k', variation: null };
    const ask = askOf('secret', what);
    assert.equal(askOf('secret', { ...what, input: { a: [1, { c: 3, d: 2 }], b: 1 } }), ask, 'the order of members says nothing');
    for (const [name, value] of [['owner', 'b'], ['node', 'o'], ['module', 'l'], ['variation', '2'], ['account', 'l'], ['input', {}]]) {
        assert.notEqual(askOf('secret', { ...what, [name]: value }), ask, name);
    }
    assert.notEqual(askOf('another', what), ask);
    const taskId = taskIdOf(ask, 1_700_000_000_000);
    assert.equal(askOfTask(taskId), ask);
    assert.ok(!runKeyOf('secret', taskId).includes(ask));
    for (const id of ['', ask, `${ask}-`, `../${taskId}`, `${taskId}/x`, `${taskId}\n`, taskId.toUpperCase(), `${ask}-${'a'.repeat(99)}`]) {
        assert.equal(askOfTask(id), null, id);
    }
    assert.equal(canonical({ a: undefined, b: null }), '{"b":null}');
});

test('the next look is when the module expects the result', () => {
    assert.equal(pollIntervalMs(null), 1000);
    assert.equal(pollIntervalMs({ etaMs: 7500.4, elapsedMs: 1 }), 7500);
    assert.equal(pollIntervalMs({ etaMs: 600_000, elapsedMs: 1 }), 30_000);
    assert.equal(pollIntervalMs({ etaMs: 0, elapsedMs: 1 }), 1000);
    assert.equal(pollIntervalMs({ etaMs: null, elapsedMs: 100_000 }), 10_000);
});

test('progress rises, and is whole only at the end', () => {
    let last = 0;
    for (const fraction of [0, 0.5, 0.4, 0.4, 1, 1, 1]) {
        const next = nextProgress(last, { fraction, etaMs: null, elapsedMs: 0 });
        assert.ok(next > last && next < 1, `${next} after ${last}`);
        last = next;
    }
    const aged = agedBy({ fraction: 0.5, etaMs: 1000, elapsedMs: 1000 }, 500);
    assert.deepEqual(aged, { fraction: 0.75, etaMs: 500, elapsedMs: 1500 });
    assert.equal(agedBy({ fraction: 0.5, etaMs: 1000, elapsedMs: 0 }, 5000).fraction, 1);
});

const record = (changes = {}) => ({
    taskId: 't', input: {}, createdAt: 0, updatedAt: 0, checkpoint: null, ending: null, cancelRequested: false, session: 's', ...changes,
});
const failed = (error, more) => record({ ending: { status: 'failed', at: 0, error: { charged: 'unknown', retryable: false, ...error } }, ...more });
const job = { submission: 'yes', jobId: 'j', json: '{}' };

test('a call that was made before costs nothing, unless the run before it did not', () => {
    const of = (one, now = 1) => decisionFor(one, now, hour);
    assert.equal(of(null), 'new');
    assert.equal(of(record(), 99 * hour), 'go on');
    assert.equal(of(record({ ending: { status: 'succeeded', at: 0 } })), 'same');
    assert.equal(of(record({ ending: { status: 'succeeded', at: 0 } }), hour + 1), 'new');
    assert.equal(of(failed({ charged: 'no' })), 'new');
    assert.equal(of(failed({ charged: 'yes' })), 'same');
    assert.equal(of(failed({ charged: 'unknown' })), 'same');
    assert.equal(of(failed({ retryable: true }, { checkpoint: job })), 'go on');
    assert.equal(of(failed({ retryable: true }, { checkpoint: { ...job, submission: 'no' } })), 'same');
    assert.equal(of(record({ ending: { status: 'cancelled', at: 0, error: { charged: 'no' } } })), 'new');
});

test('a job that may be paid is not given up for an outage', () => {
    const outage = { retryable: true, retry_after_ms: null };
    assert.equal(nextTryMs(record({ checkpoint: job }), outage, 1), 5000);
    assert.equal(nextTryMs(record({ checkpoint: job }), { ...outage, retry_after_ms: 9000 }, 1), 9000);
    assert.equal(nextTryMs(record({ checkpoint: job }), { ...outage, retryable: false }, 1), null);
    assert.equal(nextTryMs(record(), outage, 1), null, 'nothing is paid');
    assert.equal(nextTryMs(record({ checkpoint: job, cancelRequested: true }), outage, 1), null);
    assert.equal(nextTryMs(record({ checkpoint: job }), outage, 25 * hour), null);
});

test('results stay for the time that is said', () => {
    const done = record({ ending: { status: 'succeeded', at: 10 } });
    assert.equal(ttlMsOf(done, 20, 100), 110);
    assert.equal(ttlMsOf(record(), 20, 100), 120);
    assert.ok(!hasExpired(done, 110, 100));
    assert.ok(hasExpired(done, 111, 100));
    assert.ok(!hasExpired(record(), 6 * 24 * hour, 100), 'a run that is not over is not removed');
});

test('limits count what may cost, and say when to ask again', () => {
    const paid = [record({ createdAt: 0 }), failed({ charged: 'yes' }, { createdAt: 10 }), failed({ charged: 'no' }, { createdAt: 20 })];
    const refusal = (limits, now = 30, session = 's') => refusalByLimits(paid, { perHour: 0, perSession: 0, ...limits }, session, now);
    assert.equal(refusal({}), null);
    assert.equal(refusal({ perHour: 3 }), null);
    assert.match(refusal({ perHour: 2 }), /limit of 2 runs an hour.*nothing was started or paid.*60 min/);
    assert.equal(refusal({ perHour: 2 }, hour + 1), null);
    assert.match(refusal({ perSession: 2 }), /one session/);
    assert.equal(refusal({ perSession: 2 }, 30, 'another'), null);
});

test('the runs in memory are counted by the size of their inputs, and the last of an ask is the newest', () => {
    const known = new KnownRuns();
    const run = (taskId, createdAt, more) => new Run(record({ taskId, ask: 'a', createdAt, input: { prompt: 'x'.repeat(100) }, ...more }));
    const [later, earlier] = [run('later', 2), run('earlier', 1, { owner: 'other' })];
    known.add(later);
    known.add(earlier);
    known.add(run('earlier', 1, { owner: 'other' }));
    assert.equal(known.lastOf('a'), later);
    assert.equal(known.bytes, 2 * later.bytes);
    assert.deepEqual(known.ofOwner('other').map(({ record: { taskId } }) => taskId), ['earlier']);
    [later, later, earlier].forEach((one) => known.remove(one));
    assert.equal(known.bytes, 0);
    assert.equal(refusalBySize(known.bytes), null);
    assert.match(refusalBySize(257 * 1024 * 1024), /nothing was started or paid/);
});

test('what was not asked for anew does not begin', async () => {
    const state = temporaryDirectory();
    const accounts = new Accounts({ nodes: [video], connections: new Map(), secret: 's' });
    const claims = new Claims(path.join(state, 'claims'));
    await claims.open();
    const files = new RunFiles(path.join(state, 'runs'));
    const runs = new Runs({ nodes: [video], accounts, files, claims, secret: 's', settings: { sameCallMs: hour, keepMs: hour }, log: () => {} });
    const ask = 'ab'.repeat(20);
    assert.equal(await runs.ask(ask, { node: video, input: {}, mayBegin: false }), null);
    assert.equal(await files.last(ask), null);
});

test('a playlist that calls itself a video shows no other file', { skip: !hasFfmpeg }, async () => {
    const directory = temporaryDirectory();
    const film = path.join(directory, 'film.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=red:size=64x64:duration=1', '-c:v', 'mpeg4', film]);
    assert.ok((await stillOf(film)).length > 0);
    const playlist = path.join(directory, 'other.mp4');
    fs.writeFileSync(playlist, "ffconcat version 1.0\nfile 'film.mp4'\n");
    assert.equal(await stillOf(playlist), null);
});

test('a run is a task of both generations', () => {
    const run = new Run(record({ taskId: 'x' }));
    assert.deepEqual(task2025(run, 5, 100), {
        taskId: 'x', status: 'working', statusMessage: 'Preparing', createdAt: new Date(0).toISOString(), lastUpdatedAt: new Date(0).toISOString(),
        ttl: 105, pollInterval: 1000,
    });
    assert.equal(task2026(run, 5, 100).ttlMs, 105);
    assert.equal(task2026(run, 5, 100).pollIntervalMs, 1000);
    const bad = new Run(failed({ message: 'No' }));
    assert.equal(task2025(bad, 5, 100).status, 'failed');
    assert.deepEqual(detailedTask2026(bad, 5, 100, { isError: true }).result, { isError: true }, "a tool's error is a result there");
    assert.equal(detailedTask2026(bad, 5, 100, {}).status, 'completed');
    const stopped = new Run(record({ cancelRequested: true, ending: { status: 'succeeded', at: 0, output: {} } }));
    assert.equal(task2025(stopped, 5, 100).status, 'cancelled', 'a cancelled task stays so');
});

test('what is still running is said in sentences', () => {
    const run = new Run(record());
    run.report({ phase: 'running', message: 'Queued for 1440 min.', fraction: null, etaMs: null, elapsedMs: 0 });
    assert.match(answerOf(video, run).content[0].text, /^Still running: Queued for 1440 min\. It goes on by itself\. Call collect_run/);
    run.obstacle = 'it began with another account';
    assert.match(answerOf(video, run).content[0].text, /^The run t is left alone, and nothing of it is lost: it began with another account\.$/);
    assert.equal(task2025(run, 5, 100).statusMessage, 'Left alone: it began with another account.');
    assert.equal(task2026(run, 5, 100).pollIntervalMs, 30_000, 'nothing changes soon');
});

test('a wait for a run has an end', async () => {
    const run = new Run(record());
    const stop = new AbortController();
    const waits = [run.wait(5), run.wait(60_000, stop.signal), run.wait(60_000)];
    await waits[0];
    stop.abort();
    await waits[1];
    run.set({ ending: { status: 'succeeded', at: 0 } });
    await waits[2];
    await run.wait(60_000);
    const leftAlone = new Run(record());
    leftAlone.obstacle = 'it has another account';
    await leftAlone.wait(60_000);
});

test('the person is asked where the client can, and silence is no yes', () => {
    assert.ok(canAsk({ elicitation: {} }) && canAsk({ elicitation: { form: {} } }));
    assert.ok(!canAsk({ elicitation: { url: {} } }) && !canAsk({}) && !canAsk(undefined));
    assert.equal(verdictOf(undefined), 'ask');
    assert.equal(verdictOf({ go_on: { action: 'accept', content: { go_on: true } } }), 'yes');
    for (const answer of [
        { action: 'decline' }, { action: 'cancel' }, { action: 'accept', content: { go_on: false } }, { action: 'accept' },
        { action: 'accept', content: { go_on: 'false' } },
    ]) {
        assert.equal(verdictOf({ go_on: answer }), 'no', JSON.stringify(answer));
    }
});

test('connections come from the environment by the names of workflow-node', () => {
    const { connection } = video.descriptor;
    assert.deepEqual(
        connectionFromEnvironment(connection, { PIXELML_API_KEY: 'k', PIXELML_BASE_URL: 'http://127.0.0.1:1', PIXELML_API: 'fal', OTHER_API_KEY: 'o' }),
        { api_key: 'k', base_url: 'http://127.0.0.1:1', api: 'fal', allow_insecure_loopback: true },
    );
    assert.equal(connectionFromEnvironment(connection, { PIXELML_API: 'fal', PIXELML_API_KEY: '' }), null);
    assert.equal(connectionFromEnvironment(connection, { PIXELML_API_KEY: '${PIXELML_API_KEY}' }), null, 'a client had no value for it');
    const nodes = nodesOf(addon, [pixelmlModule, exampleModule]);
    assert.equal(connectionsOf(nodes, [], { ECHO_SERVICE_API_KEY: 'k' }).get('echo-service').api_key, 'k');
    assert.throws(() => connectionsOf(nodes, ['file'], {}), /pixelml=FILE, echo-service=FILE/);
    assert.throws(() => connectionsOf(nodes, ['other=file'], {}), /No node has a connection other/);
});

test('times and options of the command line', () => {
    assert.deepEqual(['45s', '1h30m', '1.5s', '10min', '250ms'].map(durationOf), [45_000, 5_400_000, 1500, 600_000, 250]);
    assert.deepEqual(['', '5', 's', '-5s', '1h x', '1h30'].map(durationOf), [null, null, null, null, null, null]);
    assert.deepEqual([45_000, 60_000, hour, 24 * hour, 90_000].map(durationText), ['45 s', '1 min', '1 h', '24 h', '90 s']);
    assert.equal(settingsOf([], { HOME: '/home/x', WORKFLOW_NODE_MCP_STATE: '/state' }).state, '/state');
    assert.ok(part('settings').help.includes('WORKFLOW_NODE_MCP_STATE'));
    const settings = settingsOf(['--http', '0', '--max-per-hour', '3', 'a.so'], { HOME: '/home/x' });
    assert.deepEqual([settings.modules, settings.http.port, settings.limits.perHour], [['a.so'], 0, 3]);
    assert.equal(settings.state, '/home/x/.local/state/workflow-node-mcp');
    for (const args of [
        ['--same-call-within', '25h'], ['--keep-results', '30m'], ['--keep-results', '5m', '--same-call-within', '5m', '--max-per-hour', '1'],
    ]) {
        assert.throws(() => settingsOf(args, { HOME: '/home/x' }), /--keep-results takes at least/, args.join(' '));
    }
    for (const args of [['--answer-within', 'soon'], ['--max-per-hour', '-1'], ['--unknown'], ['--log-level', 'loud'], ['--http', '70000']]) {
        assert.throws(() => settingsOf(args, { HOME: '/' }), Error, args.join(' '));
    }
});

test('HTTP: who may speak with the server', () => {
    const secret = Buffer.from('s');
    const owners = ownersOf(['a'.repeat(16), 'b'.repeat(16)], secret);
    const given = (headers, pathname = '/mcp') =>
        guard({ headers: { host: '127.0.0.1:1', authorization: `Bearer ${'a'.repeat(16)}`, ...headers }, pathname }, owners, secret);
    assert.equal(given({}).owner, owners[0].owner);
    assert.equal(given({ authorization: `bearer ${'b'.repeat(16)}` }).owner, owners[1].owner);
    assert.notEqual(owners[0].owner, owners[1].owner);
    for (const authorization of [undefined, '', 'Bearer', 'Bearer ', `Bearer ${'c'.repeat(16)}`, 'a'.repeat(16), `Basic ${'a'.repeat(16)}`]) {
        assert.equal(given({ authorization }).status, 401, authorization);
    }
    for (const host of ['evil.example', 'evil.example:1', '127.0.0.1.evil.example', '', undefined, '[::2]:1']) {
        assert.equal(given({ host }).status, 403, host);
    }
    for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1.evil.example', 'file://']) {
        assert.equal(given({ origin }).status, 403, origin);
    }
    assert.equal(given({ origin: 'http://localhost:5173', host: 'localhost:1' }).owner, owners[0].owner);
    assert.equal(given({}, '/other').status, 404);
    assert.throws(() => ownersOf(['short'], secret), /fewer than 16/);
});

test('URIs of resources name runs and files of runs, and nothing else', () => {
    const run = `workflow-node://runs/${'a'.repeat(40)}-b`;
    assert.deepEqual(partsOf(`${run}/video/content`), { kind: 'runs', name: `${'a'.repeat(40)}-b`, file: 'video', isContent: true });
    assert.equal(partsOf(`${run}`).file, null);
    for (const uri of [
        'file:///etc/passwd', `${run}/../../etc/passwd`, `${run}/video/content/x`, `${run}//`, `${run}/%`, 'workflow-node://runs/',
        'workflow-node://other/x', `${run}/a\0b`, `x${run}`, `${run}?x`, `workflow-node://runs/${'a'.repeat(400)}`,
    ]) {
        assert.equal(partsOf(uri), null, uri);
    }
    // Decoded, it is a name like any other: no path is made of it.
    assert.equal(partsOf(`${run}/..%2f..%2fetc%2fpasswd`).file, '../../etc/passwd');
});

test("the page's set-ups are JSON, with options that there are", () => {
    const page = fs.readFileSync(path.join(repository, 'docs', 'agents.md'), 'utf8');
    const setups = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text));
    assert.equal(setups.length, 4);
    for (const { mcpServers, servers } of setups) {
        const { video } = mcpServers ?? servers;
        if (video.url === undefined) {
            assert.equal(video.command, 'workflow-node-mcp');
            settingsOf(video.args, { HOME: '/' });
        }
    }
    const named = [...page.matchAll(/`(--[a-z-]+)/g)].map(([, option]) => option);
    const { help } = part('settings');
    assert.deepEqual(named.filter((option) => !help.includes(option)), []);
});
