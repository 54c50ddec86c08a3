'use strict';
// The parts that need no Node-RED: fields from schemas, what is kept of a message, the files of runs, the status.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { colourOf } = require('../lib/appearance');
const { parseConstant } = require('../lib/form');
const { helpOf } = require('../lib/help');
const { HourlyLimit } = require('../lib/hourly_limit');
const { readConnection, readInputs } = require('../lib/inputs');
const { keepMessage, largestMessage, restoreMessage } = require('../lib/kept_message');
const { NodeRuns } = require('../lib/node_runs');
const { RunStore, keptWhenFinished, oldest } = require('../lib/run_store');
const { statusOf } = require('../lib/status');
const { WorkflowNode, defaultRunsPerHour } = require('../lib/workflow_node');
const { checkpointAfter, jobOf, startsAnew } = require('../native/durable/checkpoint');
const { exampleInput, fieldsOf, mediaOutputs } = require('../native/durable/fields');
const { readGiven } = require('../native/durable/given_input');
const service = require('../native/durable/service_request');

const english = require('../locales/en-US/workflow-nodes.json')['workflow-nodes'];
const t = (key, values = {}) =>
  key
    .split('.')
    .reduce((words, part) => words[part], english)
    .replace(/__(\w+)__/g, (all, name) => values[name]);

const field = (name, schema, controls) =>
  fieldsOf({ properties: { [name]: schema, other: { enum: ['A', 'B'] } } }, { prefix: 'input_', controls })[0];

test('the kind of a field follows its schema, and the manifest where there is one', () => {
  assert.equal(field('a', { type: 'string' }).kind, 'text');
  assert.equal(field('a', { type: 'string' }, { a: { type: 'long_text', order: 1 } }).kind, 'longText');
  assert.equal(field('a', { type: 'string', format: 'uri' }).kind, 'media');
  assert.equal(field('a', { type: 'integer' }).kind, 'number');
  assert.equal(field('a', { type: 'object' }).kind, 'json');
  assert.equal(field('a', {}).kind, 'json');
  assert.equal(field('a', { type: ['boolean', 'null'] }).kind, 'boolean');
  assert.equal(field('a', { type: ['boolean', 'null'] }).nullable, true);
  assert.deepEqual(field('a', { anyOf: [{ enum: ['x'] }, { type: 'null' }] }).choices, ['x']);
});

test('a field that counts only for a choice of another is found by its words', () => {
  assert.deepEqual(field('a', { title: 'A (Only for B)' }).onlyFor, { name: 'other', value: 'B' });
  assert.deepEqual(field('a', { description: 'Only for B model.' }).onlyFor, { name: 'other', value: 'B' });
  assert.equal(field('a', { title: 'A (Only for C)' }).onlyFor, null);
  assert.equal(field('a', { title: 'Only for Brazil' }).onlyFor, null);
});

test('odd names become properties that cannot meet one another, nor those of Node-RED', () => {
  const names = ['id', 'a.b', 'a_b', 'a b', 'ü'].map((name) => field(name, {}).property);
  assert.deepEqual(names, ['input_id', 'input_a_2e_b', 'input_a_b', 'input_a_20_b', 'input__fc_']);
  assert.equal(field('api_key', { writeOnly: true }).property, 'api_key');
});

test('constants are what their kind says', () => {
  const parse = (schema, text) => parseConstant(field('a', schema), text);
  assert.equal(parse({ type: 'integer' }, '7'), 7);
  assert.throws(() => parse({ type: 'integer' }, ''), /not a number/);
  assert.equal(parse({ type: ['boolean', 'null'] }, 'null'), null);
  assert.throws(() => parse({ type: 'boolean' }, 'null'), /neither true nor false/);
  assert.equal(parse({ type: 'boolean' }, ' TRUE'), true);
  assert.equal(parse({ enum: [1, 2] }, '2'), 2);
  assert.deepEqual(parse({ type: 'object' }, '{"x":1}'), { x: 1 });
});

test('a wrong secret is not repeated in the error', () => {
  const fields = fieldsOf({ properties: { pin: { type: 'integer', writeOnly: true } } }, { prefix: 'connection_' });
  assert.throws(() => readConnection(fields, {}, { pin: 'my-pin' }), (error) => !error.message.includes('my-pin'));
  assert.deepEqual(readConnection(fields, {}, { pin: '' }), {});
});

test('the outputs that are files, and of which kind', () => {
  const text = (more) => ({ type: 'string', ...more });
  const properties = {
    video: text(), x: text({ title: 'Rendered video' }), cover: text({ contentMediaType: 'image/png' }), log: text({ format: 'uri' }),
    maybe: { anyOf: [text({ format: 'uri' }), { type: 'null' }] }, words: text(), n: { type: 'integer', title: 'Video' },
  };
  const kinds = mediaOutputs({ properties }).map(({ name, kind }) => `${name}: ${kind}`);
  assert.deepEqual(kinds, ['video: video', 'x: video', 'cover: image', 'log: file', 'maybe: file']);
  assert.deepEqual(mediaOutputs({}), []);
});

test('an example input has what is required, or is that of the manifest', () => {
  const schema = {
    properties: { a: { type: 'string' }, b: { enum: ['x', 'y'] }, c: { type: 'integer', minimum: 3 }, d: { type: 'boolean' } },
    required: ['a', 'b', 'c'],
  };
  const fields = fieldsOf(schema, { prefix: '' });
  assert.deepEqual(exampleInput(fields), { a: 'https://example.com/example', b: 'x', c: 3 });
  assert.deepEqual(exampleInput(fields, { examples: [{ input: { a: 'given' } }] }), { a: 'given' });
});

test('a colour comes from the icon', () => {
  assert.equal(colourOf('<svg><rect fill="#000000"/></svg>'), '#a6a6a6');
  assert.equal(colourOf('<svg/>'), '#dddddd');
});

test('a message is kept with all that can be kept', () => {
  const msg = { _msgid: 'm', payload: Buffer.from([1, 2]), date: new Date(0), res: { send() {} }, left: undefined };
  msg.circle = { list: [1] };
  msg.circle.self = msg.circle;
  const kept = JSON.parse(JSON.stringify(keepMessage(msg)));
  assert.deepEqual(kept.left, ['res']);
  const back = restoreMessage(kept);
  assert.deepEqual(back.payload, msg.payload);
  assert.deepEqual(back.date, msg.date);
  assert.equal(back.circle.self, back.circle);
  assert.deepEqual(Object.keys(back), ['_msgid', 'payload', 'date', 'left', 'circle']);
});

test('what is too large is left out, and the rest kept', () => {
  const kept = keepMessage({ payload: Buffer.alloc(largestMessage), topic: 'small' });
  assert.deepEqual(kept.left, ['payload']);
  assert.deepEqual(restoreMessage(kept), { topic: 'small' });
});

test('runs are kept whole, replaced, discarded, and given up when they are old', async () => {
  const directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'run-store-')), 'deep', 'runs');
  try {
    const store = new RunStore(directory);
    assert.deepEqual((await store.load()).records, []);
    const writes = Array.from({ length: 50 }, (_, n) => store.keep({ runKey: 'one', n }));
    await store.keep({ runKey: 'two' });
    await Promise.all([...writes, store.discard('two')]);
    const torn = path.join(directory, 'torn.json.new');
    fs.writeFileSync(torn, '{"vers');
    fs.utimesSync(torn, 0, 0); // of a process that is long gone
    fs.writeFileSync(path.join(directory, 'written.json.new'), '{"vers'); // perhaps of another one, at this moment
    fs.writeFileSync(path.join(directory, 'broken.json'), '{"vers');
    await store.keep({ runKey: 'old', keptAt: Date.now() - oldest - 1 });
    await store.keep({ runKey: 'finished', output: {} });
    await store.keep({ runKey: 'finished yesterday', output: {}, keptAt: Date.now() - keptWhenFinished - 1 });

    const { records, finished, expired, unreadable } = await store.load();
    assert.deepEqual(records.map(({ runKey, n }) => [runKey, n]), [['one', 49]]);
    assert.deepEqual(finished.map(({ runKey }) => runKey), ['finished']);
    await Promise.all(['finished', 'one'].map((runKey) => store.discardFinished(runKey)));
    assert.equal(expired, 1);
    assert.equal(unreadable.length, 1);
    const names = fs.readdirSync(directory);
    const written = names.filter((name) => !['broken.json', 'written.json.new'].includes(name));
    assert.deepEqual([names.length, written.length], [3, 1], names.join()); // the broken one is left for a person
    const modes = written.map((name) => fs.statSync(path.join(directory, name)).mode);
    assert.deepEqual(modes.map((mode) => mode & 0o777), [0o600]);
  } finally {
    fs.rmSync(path.join(directory, '..', '..'), { recursive: true });
  }
});

test('a store that cannot be written says so', async () => {
  const store = new RunStore(path.join(__filename, 'not-a-folder'));
  await assert.rejects(store.keep({ runKey: 'one' }), { code: 'ENOTDIR' });
  const { records, unreadable } = await store.load();
  assert.deepEqual([records, unreadable.length], [[], 1]);
});

test('the status of one run, of many, and of none', () => {
  const none = { done: 0, failed: 0, lastError: null };
  const show = (view) => statusOf(t, { waiting: 0, counts: none, makesVideo: true, live: [], ...view });
  const running = { phase: 'running', fraction: 0.417, etaMs: 29000 };
  assert.deepEqual(show({}), {});
  assert.equal(show({ live: [running] }).text, 'rendering 42 % · about 30 s');
  assert.equal(show({ live: [running], makesVideo: false }).text, 'running 42 % · about 30 s');
  assert.equal(show({ live: [{ phase: 'queued', fraction: null, etaMs: null }] }).text, 'queued');
  assert.equal(show({ live: [{ ...running, etaMs: 200000 }] }).text, 'rendering 42 % · about 3 min');
  assert.equal(show({ live: [{ ...running, phase: 'retrying' }] }).fill, 'yellow');
  assert.equal(
    show({ live: [running, null], waiting: 5, counts: { done: 2, failed: 1 } }).text,
    '2 rendering · 5 waiting · 2 done · 1 failed',
  );
  assert.deepEqual(show({ counts: { ...none, done: 1 } }), { fill: 'green', shape: 'dot', text: 'done' });
  assert.deepEqual(show({ counts: { done: 0, failed: 1, lastError: 'Rate Limited' } }), {
    fill: 'red',
    shape: 'ring',
    text: 'Rate Limited',
  });
  assert.equal(show({ counts: { done: 3, failed: 2, lastError: 'Rate Limited' } }).text, '3 done · 2 failed: Rate Limited');
});

test('every language has the same words, with the same places', () => {
  const entries = (words, prefix = '') =>
    Object.entries(words).flatMap(([key, word]) =>
      typeof word === 'string' ? [[prefix + key, (word.match(/__\w+?__/g) ?? []).sort()]] : entries(word, `${prefix}${key}.`),
    );
  const german = require('../locales/de/workflow-nodes.json')['workflow-nodes'];
  assert.deepEqual(entries(german), entries(english));
});

test('what a module says cannot become markup in the help', () => {
  const evil = '<img src=x onerror="alert(1)">';
  const descriptor = {
    title: 'A', description: evil, canResume: false, outputSchema: { properties: { [evil]: { type: 'string', title: evil } } },
    errors: [{ type: evil, code: evil, cause: evil, solution: evil }],
  };
  const manifestNode = { help: { how_it_works: evil, notes: [{ title: evil, text: evil }] } };
  const help = helpOf(descriptor, manifestNode, [field('a', { type: 'string', title: evil, description: evil, default: evil })], t);
  assert.ok(!help.includes('<img'));
  assert.ok(help.includes('&lt;img'));
});

const submitted = { state: 'submitted', job_id: 'job_1' };

test('a checkpoint names a job only where going on from it submits nothing', () => {
  assert.equal(jobOf(submitted), 'job_1');
  assert.equal(jobOf({ job_id: 'job_1' }), 'job_1');
  for (const none of [null, {}, { ...submitted, state: 'prepared' }, { ...submitted, job_id: '' }, { state: 'intent' }]) {
    assert.equal(jobOf(none), null);
  }
});

test('an error that says nothing of the job leaves the checkpoint as it was', () => {
  const failed = (fields) => Object.assign(new Error('failed'), fields);
  assert.equal(checkpointAfter(failed({}), submitted), submitted); // there is no connection
  assert.equal(checkpointAfter(failed({ code: 'session_closed' }), submitted), submitted);
  assert.equal(checkpointAfter(failed({ code: 'invalid_connection', checkpoint: null }), submitted), submitted);
  assert.equal(checkpointAfter(failed({ code: 'job_failed', checkpoint: null }), submitted), null);
  assert.equal(checkpointAfter(failed({}), { state: 'prepared' }), null);
  assert.equal(checkpointAfter(failed({ code: 'processing_timeout', checkpoint: submitted }), null), submitted);
});

for (const [what, error, discarded] of [
  ['without a connection', new Error('There is no connection'), []],
  ['that failed for good', Object.assign(new Error('failed'), { code: 'job_failed', checkpoint: null }), ['run']],
  ['that is late', Object.assign(new Error('late'), { code: 'processing_timeout', checkpoint: submitted }), []],
  ['whose submit is to be repeated', Object.assign(new Error('no'), { code: 'rate_limited', checkpoint: { state: 'prepared' } }), ['run']],
]) {
  test(`a run ${what}: its file ${discarded.length > 0 ? 'goes' : 'stays'}`, async () => {
    const gone = [];
    const store = { keep: assert.fail, discard: async (key) => void gone.push(key) };
    const runs = new NodeRuns('place', { store, newKey: () => 'new', log: assert.fail });
    const delivered = new Promise((resolve) => {
      const start = () => Promise.reject(error);
      runs.attach({ node: {}, limit: 1, changed: () => {}, start, failed: resolve, succeeded: assert.fail });
    });
    await runs.accept({ run: { key: 'run', checkpoint: submitted } }, () => {}, () => {}, async () => ({ input: {} }));
    assert.equal((await delivered).outcome.error, error);
    await new Promise(setImmediate);
    assert.deepEqual(gone, discarded);
  });
}

/** Deploys a made-up instance, and lets one run succeed. What the store was asked for, and what was logged. */
async function finish({ wired, removedMeanwhile = false }) {
  const seen = { kept: [], gone: [], logged: [], sent: 0 };
  const store = { keep: async (record) => void seen.kept.push(record), discard: async (key) => void seen.gone.push(key) };
  const runs = new NodeRuns('place', { store, newKey: () => 'run', log: (text) => seen.logged.push(text) });
  let succeed;
  const started = new Promise((resolve) => {
    const start = () => new Promise((end) => resolve((succeed = end)));
    runs.attach({ node: {}, wired, limit: 1, changed: () => {}, start, failed: assert.fail, succeeded: () => (seen.sent += 1) });
  });
  await runs.accept({}, () => {}, () => {}, async () => ({ input: { a: 1 }, warnings: [] }));
  await started;
  const ended = removedMeanwhile ? runs.end() : Promise.resolve();
  succeed({ outcome: 'succeeded', output: { video: 'https://example.com/v.mp4' }, warnings: [] });
  await ended;
  await new Promise(setImmediate);
  return seen;
}

test('a finished run: its file goes once the message has left through a wire', async () => {
  assert.deepEqual(await finish({ wired: true }), { kept: [], gone: ['run'], logged: [], sent: 1 });
});

for (const [what, how, sent] of [
  ['without wires', { wired: false }, 1],
  ['of a node that is removed meanwhile', { wired: true, removedMeanwhile: true }, 0],
]) {
  test(`a finished run ${what}: its output is kept, and the log has the URL`, async () => {
    const seen = await finish(how);
    assert.deepEqual([seen.gone, seen.sent], [[], sent]);
    const output = { video: 'https://example.com/v.mp4' };
    assert.deepEqual(seen.kept, [{ runKey: 'run', node: 'place', input: { a: 1 }, output }]);
    assert.equal(seen.logged.length, 1);
    assert.match(seen.logged[0], /place.*https:\/\/example\.com\/v\.mp4/);
  });
}

const sheet = {
  properties: {
    flag: { type: 'boolean' },
    maybe: { anyOf: [{ type: 'boolean' }, { type: 'null' }], default: true },
    size: { enum: ['A', 'B'], default: 'A' },
    count: { type: ['integer', 'null'] },
    note: { type: 'string' },
    style: { type: 'string', default: 'plain' },
    text: { title: 'The text', type: 'string' },
    without: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    must: { enum: ['', 'x'] },
    any: {},
  },
  required: ['text', 'without', 'must'],
};

test('texts of sheets and agents are what the schema means by them', () => {
  const inputOf = (given) => readGiven(sheet, given).input;
  assert.deepEqual(inputOf({ flag: 'TRUE', maybe: ' false ' }), { flag: true, maybe: false });
  assert.deepEqual(inputOf({ flag: 'yes', maybe: null }), { flag: 'yes', maybe: null });
  assert.deepEqual(inputOf({ flag: '', maybe: ' ', size: '', count: '', style: '' }), {});
  const asGiven = { note: '', style: ' ', text: '', without: '', must: '', any: '', unknown: '', size: 'C' };
  assert.deepEqual(inputOf(asGiven), asGiven);
  assert.deepEqual(inputOf({ text: 'TRUE', any: 'true', count: '7' }), { text: 'TRUE', any: 'true', count: '7' });
  assert.deepEqual(readGiven({}, { a: '' }), { input: { a: '' }, warnings: [] });
});

test('a required text that an expression left undefined is a warning', () => {
  const { input, warnings } = readGiven(sheet, { text: 'undefined', without: ' null ', note: 'null', must: 'x' });
  assert.deepEqual(input, { text: 'undefined', without: ' null ', note: 'null', must: 'x' });
  assert.deepEqual(warnings.map(({ code }) => code), ['input_says_nothing', 'input_says_nothing']);
  assert.match(warnings[0].message, /^The text is the text "undefined"/);
  assert.deepEqual(readGiven(sheet, { text: 'undefined behaviour' }).warnings, []);
});

test('a field that counts only for a choice is there when that choice is left empty and the default', async () => {
  const schema = {
    properties: {
      model: { enum: ['M', 'S'], default: 'M' },
      size: { type: 'string', title: 'Size (Only for M)' },
    },
  };
  const entry = { fields: fieldsOf(schema, { prefix: 'input_' }), descriptor: { inputSchema: schema } };
  const RED = { util: { getMessageProperty: (msg, name) => msg[name] } };
  const config = { input_model: 'model', input_model_type: 'msg', input_size: 'size', input_size_type: 'msg' };
  assert.deepEqual((await readInputs(RED, {}, entry, config, { model: '', size: 'big' })).input, { size: 'big' });
  assert.deepEqual((await readInputs(RED, {}, entry, config, { model: 'S', size: 'big' })).input, { model: 'S' });
});

test('a service is asked as the module asks: whom to trust comes from the same places', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'authorities-'));
  try {
    const write = (name) => (fs.writeFileSync(path.join(directory, name), name), path.join(directory, name));
    const [own, bundle] = [write('own.pem'), write('bundle.pem'), write('0123abcd.0'), write('no-hash.pem')];
    const found = async (...given) => (await service.authorities(...given)).filter((text) => !text.startsWith('-----BEGIN'));
    const environment = { SSL_CERT_FILE: bundle, SSL_CERT_DIR: `/nowhere:${directory}` };
    assert.deepEqual(await service.authorities(own, environment), ['own.pem']);
    assert.deepEqual(await found(undefined, environment), ['bundle.pem', '0123abcd.0']);
    assert.deepEqual(await found('', { SSL_CERT_FILE: '/nowhere' }), []);
    assert.ok((await service.authorities(undefined, environment)).length > 2, "Node's own are there too");
    await assert.rejects(service.authorities('/nowhere/own.pem'), { code: 'ENOENT' });
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

const minute = 60 * 1000;

test('the limit of an hour slides, and a place that is given back is free', () => {
  const hourly = new HourlyLimit();
  assert.equal(hourly.take(2, 0), 0);
  assert.equal(hourly.take(2, 40 * minute), 0);
  assert.equal(hourly.take(2, 50 * minute), 10 * minute);
  assert.equal(hourly.take(2, 60 * minute), 0);
  assert.equal(hourly.take(2, 61 * minute), 39 * minute);
  assert.equal(hourly.take(1, 61 * minute), 59 * minute); // a deploy has lowered it
  hourly.giveBack(60 * minute);
  hourly.giveBack(60 * minute); // is nobody's by now
  assert.equal(hourly.take(2, 61 * minute), 0);
  assert.equal(hourly.take(2, 200 * minute), 0);
});

test('a limit of 0 is none, and counts nothing', () => {
  const hourly = new HourlyLimit();
  for (let n = 0; n < 1000; n += 1) assert.equal(hourly.take(0, n), 0);
  assert.equal(hourly.take(1, 1000), 0);
});

test('only a start that may submit another job is held up', () => {
  for (const anew of [null, undefined, { state: 'prepared' }]) assert.equal(startsAnew(anew), true);
  for (const owed of [submitted, { state: 'intent' }, { anything: 1 }]) assert.equal(startsAnew(owed), false);
});

/** A node with a limit of an hour, whose runs end as `end` says. Its clock stands where the test puts it. */
function nodeWithLimit(runsPerHour, end = async () => ({ output: {}, warnings: [] })) {
  const seen = { now: 0, started: [], failures: [], succeeded: 0 };
  const store = { keep: async () => {}, discard: async () => {} };
  const runs = new NodeRuns('place', { store, newKey: () => 'new', log: assert.fail, clock: () => seen.now });
  const spendingError = (wait) => Object.assign(new Error('held up'), { type: 'Spending Limit', wait });
  runs.attach({
    node: {}, wired: true, limit: 10, runsPerHour, changed: () => {}, spendingError,
    start: (run) => {
      seen.started.push(run.msg.n);
      return end(run);
    },
    succeeded: () => (seen.succeeded += 1),
    failed: (run) => seen.failures.push([run.msg.n, run.outcome.error.wait]),
  });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  };
  seen.send = async (...messages) => {
    for (const msg of messages) await runs.accept(msg, () => {}, () => {}, async () => ({ input: {}, warnings: [] }));
    await settle();
  };
  seen.view = () => runs.view();
  return seen;
}

test('messages beyond the limit of an hour fail unstarted, and those after it run', async () => {
  const node = nodeWithLimit(2);
  await node.send({ n: 1 }, { n: 2 }, { n: 3 });
  assert.deepEqual(node.started, [1, 2]);
  assert.deepEqual(node.failures, [[3, 60 * minute]]);
  assert.equal(node.view().counts.lastError, 'Spending Limit');
  node.now = 60 * minute;
  await node.send({ n: 4 });
  assert.deepEqual(node.started, [1, 2, 4]);
});

test('a message that goes on with its job, or may have one, is neither held up nor counted', async () => {
  const node = nodeWithLimit(1);
  const run = (n, checkpoint) => ({ n, run: { key: `key ${n}`, checkpoint } });
  await node.send(run(1, submitted), run(2, { state: 'intent' }), run(3, { state: 'prepared' }), run(4, { state: 'prepared' }), run(5, submitted));
  assert.deepEqual(node.started, [1, 2, 3, 5]);
  assert.deepEqual(node.failures.map(([n]) => n), [4]);
});

test('a run that cost nothing does not count; one that may have does', async () => {
  const failing = (charged) => () => Promise.reject(Object.assign(new Error('no'), { charged, checkpoint: null }));
  const free = nodeWithLimit(1, failing('no'));
  await free.send({ n: 1 });
  await free.send({ n: 2 });
  assert.deepEqual(free.started, [1, 2]);
  const unsure = nodeWithLimit(1, failing('unknown'));
  await unsure.send({ n: 1 });
  await unsure.send({ n: 2 });
  assert.deepEqual(unsure.started, [1]);
});

test('a run that was suspended and goes on counts once', async () => {
  let suspend = true;
  const node = nodeWithLimit(1, async () => {
    const result = suspend ? { outcome: 'suspended', checkpoint: { state: 'prepared' } } : { output: {}, warnings: [] };
    suspend = false;
    return result;
  });
  await node.send({ n: 1 });
  assert.deepEqual(node.started, [1, 1]);
  assert.deepEqual(node.failures, []);
  await node.send({ n: 2 });
  assert.deepEqual(node.failures.map(([n]) => n), [2]);
});

test('the limit of an hour is what the form holds, and its error says that nothing was paid', () => {
  const made = (runsPerHour) => {
    const host = { flowRuns: { of: () => ({ attach: () => {} }) } };
    return new WorkflowNode(host, {}, { on: () => {} }, { runsPerHour });
  };
  for (const [text, count] of [['7', 7], [0, 0], ['0', 0], ['', 100], [undefined, 100], ['-1', 100], ['1.5', 100]]) {
    assert.equal(made(text).runsPerHour, count, String(text));
  }
  assert.equal(defaultRunsPerHour, 100);
  const error = made(7).spendingError(90 * 1000 + 1);
  const fields = error.toJSON();
  assert.match(fields.message, /at most 7 runs in an hour.*nothing was paid.* in 2 min$/);
  const { code, charged, retryable, retryAfterMs } = fields;
  assert.deepEqual({ code, charged, retryable, retryAfterMs }, { code: 'spending_limit', charged: 'no', retryable: true, retryAfterMs: 90001 });
  assert.equal(error.code, 'spending_limit');
});
