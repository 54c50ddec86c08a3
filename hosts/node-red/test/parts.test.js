'use strict';
// The parts that need no Node-RED: fields from schemas, inputs as given, what is kept of a message, and help.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { colourOf } = require('../lib/appearance');
const { parseConstant } = require('../lib/form');
const { connectionHelpOf, helpOf, priceOf } = require('../lib/help');
const { readConnection, readInputs } = require('../lib/inputs');
const { keepMessage, largestMessage, restoreMessage } = require('../lib/kept_message');
const { testConnection } = require('../lib/connection_test');
const { Spending, mostRemembered, spendingText } = require('../lib/spending');
const { exampleInput, fieldsOf, mediaOutputs } = require('../native/durable/fields');
const { readGiven } = require('../native/durable/given_input');
const { checkConnection } = require('../native/durable/check_connection');
const { connectionFieldsOf, formOf, priceText } = require('../native/durable/node_form');
const { editorModule } = require('./support/editor_module');
const { english, t, words } = require('./support/words');

const field = (name, schema, controls) =>
    fieldsOf({ properties: { [name]: schema, other: { enum: ['A', 'B'] } } }, { prefix: 'input_', controls })[0];

test('the kind of a field follows its schema, and what the module says of it', () => {
    assert.equal(field('a', { type: 'string' }).kind, 'text');
    assert.equal(field('a', { type: 'string' }, { a: { type: 'long_text', order: 1 } }).kind, 'longText');
    const image = { type: 'media_url', media_type: 'image' };
    const { kind, mediaType } = field('a', { type: ['string', 'null'] }, { a: image });
    assert.deepEqual([kind, mediaType], ['media', 'image']);
    assert.equal(field('a', { enum: ['x'] }, { a: { type: 'short_text' } }).kind, 'choice');
    assert.equal(field('a', { type: 'integer' }, { a: { type: 'short_text' } }).kind, 'number');
    assert.equal(field('a', { type: 'string', format: 'uri' }).kind, 'media');
    assert.equal(field('a', { type: 'integer' }).kind, 'number');
    assert.equal(field('a', { type: 'object' }).kind, 'json');
    assert.equal(field('a', {}).kind, 'json');
    assert.equal(field('a', { type: ['boolean', 'null'] }).kind, 'boolean');
    assert.equal(field('a', { type: ['boolean', 'null'] }).nullable, true);
    assert.deepEqual(field('a', { anyOf: [{ enum: ['x'] }, { type: 'null' }] }).choices, ['x']);
});

test('a choice may have a title besides its value', () => {
    const named = { type: 'string', oneOf: [{ const: 'x', title: 'The X' }, { const: 'y' }], default: 'x' };
    const chosen = field('a', named);
    assert.deepEqual([chosen.kind, chosen.nullable], ['choice', false]);
    assert.deepEqual([chosen.choices, chosen.choiceTitles], [['x', 'y'], ['The X', 'y']]);
    assert.deepEqual(field('a', { enum: ['x', null] }).choiceTitles, ['x']);
    const orNone = field('a', { oneOf: [{ const: 'x', title: 'The X' }, { type: 'null' }] });
    assert.deepEqual([orNone.nullable, orNone.choiceTitles], [true, ['The X']]);
    assert.equal(field('a', { oneOf: [{ type: 'string' }, { type: 'integer' }] }).kind, 'json');
    assert.equal(parseConstant(words, chosen, 'y'), 'y');
    const schema = { properties: { a: { ...named, description: 'A' } } };
    const form = formOf(described({ inputSchema: schema }));
    assert.ok(helpOf({ title: 'A', description: 'A', outputSchema: {}, errors: [] }, form, t).includes('One of: The X, y.'));
});

test('a field counts only for a choice of another where the module says so, whatever the words are', () => {
    assert.deepEqual(field('a', {}, { a: { only_for: { other: 'B' } } }).onlyFor, { name: 'other', values: ['B'] });
    assert.deepEqual(field('a', {}, { a: { only_for: { other: ['A', 'B'] } } }).onlyFor, { name: 'other', values: ['A', 'B'] });
    assert.equal(field('a', {}, { a: { only_for: { unknown: 'B' } } }).onlyFor, null);
    assert.equal(field('a', { title: 'A (Only for B)' }).onlyFor, null);
});

test('fields stand in the order that is given; one without stands behind the one before it', () => {
    const orders = { first: undefined, last: 3, one: 1, afterOne: undefined, two: 2, alsoTwo: 2 };
    const ofEach = (value) => Object.fromEntries(Object.entries(orders).map(([name, order]) => [name, value(order)]));
    const controls = ofEach((order) => ({ order }));
    const namesOf = (schema, given) => fieldsOf(schema, { prefix: '', controls: given }).map(({ name }) => name);
    assert.deepEqual(namesOf({ properties: ofEach(() => ({})) }, controls), ['first', 'one', 'afterOne', 'two', 'alsoTwo', 'last']);
    assert.deepEqual(namesOf({ properties: { b: {}, a: {} } }), ['b', 'a']);
});

const described = (more) => ({ inputSchema: {}, outputSchema: {}, categories: ['own'], ui: {}, examples: [], price: null, ...more });

test('the form of a node is its schemas and what the module says beside them', () => {
    const schema = { properties: { model: { enum: ['M', 'S'], default: 'M' }, prompt: text(), size: text() }, required: ['prompt'] };
    const { fields, mediaOutputs: media, ...others } = formOf(described({
        inputSchema: schema,
        outputSchema: { properties: { result: text() } },
        ui: {
            inputs: {
                size: { order: 3, only_for: { model: 'M' } },
                prompt: { order: 2, type: 'long_text', help: 'What moves' },
                model: { order: 1 },
            },
            outputs: { result: { type: 'media_url', media_type: 'video' } },
            help: { how_it_works: 'It renders.', notes: [{ title: 'Slow', text: 'It takes minutes' }] },
            palette: ['video', 'ai'],
        },
        examples: [{ title: 'One', input: { prompt: 'Zoom' }, output: {} }],
        price: { credits: 4, us_dollars: 0.1 },
    }), 'input_');
    assert.deepEqual(fields.map(({ property, kind, help }) => [property, kind, help]), [
        ['input_model', 'choice', null], ['input_prompt', 'longText', 'What moves'], ['input_size', 'text', null],
    ]);
    assert.deepEqual(fields[2].onlyFor, { name: 'model', values: ['M'] });
    assert.deepEqual(media, [{ name: 'result', kind: 'video' }]);
    assert.deepEqual(others, {
        howItWorks: 'It renders.',
        notes: [{ title: 'Slow', text: 'It takes minutes' }],
        categories: ['video', 'ai'],
        examples: [{ title: 'One', input: { prompt: 'Zoom' }, output: {} }],
        price: { credits: 4, dollars: 0.1 },
    });
});

test('what a module says otherwise than node.h describes is left out of the form', () => {
    const plain = formOf(described());
    assert.deepEqual(plain.categories, ['own']);
    const odd = [
        { ui: [], examples: {}, price: 4 },
        { ui: 'video', examples: 'one', price: [] },
        { ui: { inputs: [], outputs: 7, help: [], palette: 'video' }, examples: [null, 7, { title: 'One' }], price: {} },
        { ui: { inputs: { a: null }, help: { how_it_works: {}, notes: [null, { title: 'T' }] }, palette: [7] } },
    ];
    for (const said of odd) {
        assert.deepEqual(formOf(described(said)), plain, JSON.stringify(said));
    }
});

test('a price is what the list says; where it says nothing, nothing is shown', () => {
    const priceIn = (price) => formOf(described({ price })).price;
    assert.deepEqual(priceIn({ credits: 4, us_dollars: 0.1 }), { credits: 4, dollars: 0.1 });
    for (const unlisted of [null, { credits: null, us_dollars: null }, { credits: '<b>', us_dollars: -1 }]) {
        assert.equal(priceIn(unlisted), null);
    }
    const listed = [{ credits: 4, us_dollars: 0.1 }, { credits: 1, us_dollars: null }, { us_dollars: 0.125 }, { credits: 0, us_dollars: 2 }];
    const texts = listed.map((price) => priceText(priceIn(price)));
    assert.deepEqual(texts, ['4 credits ($0.10)', '1 credit', '$0.125', '0 credits ($2.00)']);
    const sentence = "About 4 credits ($0.10) a run, by the platform's list; the service decides.";
    const form = formOf(described({ price: { credits: 4, us_dollars: 0.1 } }));
    assert.equal(priceOf(form, t), sentence);
    assert.equal(priceOf(formOf(described()), t), null);
    const descriptor = { title: 'A', description: 'A', outputSchema: {}, errors: [] };
    assert.ok(helpOf(descriptor, form, t).includes('<p>About 4 credits ($0.10) a run, '));
    assert.ok(!helpOf(descriptor, formOf(described()), t).includes('credit'));
});

test('odd names become properties that cannot meet one another, nor those of Node-RED', () => {
    const names = ['id', 'a.b', 'a_b', 'a b', 'ü'].map((name) => field(name, {}).property);
    assert.deepEqual(names, ['input_id', 'input_a_2e_b', 'input_a_b', 'input_a_20_b', 'input__fc_']);
    assert.equal(field('api_key', { writeOnly: true }).property, 'api_key');
});

test('constants are what their kind says', () => {
    const parse = (schema, text) => parseConstant(words, field('a', schema), text);
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
    assert.throws(() => readConnection(words, fields, {}, { pin: 'my-pin' }), (error) => !error.message.includes('my-pin'));
    assert.deepEqual(readConnection(words, fields, {}, { pin: '' }), {});
});

const text = (more) => ({ type: 'string', ...more });

test('the outputs that are files, and of which kind', () => {
    const properties = {
        video: text(), x: text({ title: 'Rendered video' }), cover: text({ contentMediaType: 'image/png' }), log: text({ format: 'uri' }),
        maybe: { anyOf: [text({ format: 'uri' }), { type: 'null' }] }, words: text(), n: { type: 'integer', title: 'Video' },
    };
    const kinds = mediaOutputs({ properties }).map(({ name, kind }) => `${name}: ${kind}`);
    assert.deepEqual(kinds, ['cover: image', 'log: file', 'maybe: file', 'video: video', 'x: video']);
    assert.deepEqual(mediaOutputs({}), []);
    const audio = { type: 'media_url', media_type: 'audio' };
    const found = [{ name: 'result', kind: 'audio' }];
    assert.deepEqual(mediaOutputs({ properties: { words: text(), result: text() } }, { result: audio }), found);
    const unknown = { result: { type: 'media_url' } };
    const ofUnknown = mediaOutputs({ properties: { words: text(), result: text() } }, unknown);
    assert.deepEqual(ofUnknown, [{ name: 'result', kind: 'file' }]);
});

test('the output that is most likely the file comes first: by its format, then by its name, then by its texts', () => {
    const order = (properties) => mediaOutputs({ properties }).map(({ name, kind }) => `${name}: ${kind}`);
    const seed = text({ description: 'Seed of the video' });
    const url = text({ format: 'uri' });
    assert.deepEqual(order({ video_id: text(), url }), ['url: file', 'video_id: video']);
    assert.deepEqual(order({ seed, result: text({ title: 'Video' }), video: text() }), ['video: video', 'result: video', 'seed: video']);
    assert.deepEqual(order({ page: url, video_url: url }), ['video_url: video', 'page: file']);
    assert.deepEqual(order({ page: url, sound: { ...url, contentMediaType: 'audio/mpeg', title: 'Sound of the video' } }), [
        'sound: audio',
        'page: file',
    ]);
});

test('a text that is the content itself is no file', () => {
    const html = text({ title: 'Page that shows the video', contentMediaType: 'text/html' });
    const cover = text({ contentMediaType: 'image/png', contentEncoding: 'base64' });
    assert.deepEqual(mediaOutputs({ properties: { html, cover } }), []);
});

test('an example input has what is required, or is that of an example', () => {
    const schema = {
        properties: { a: { type: 'string' }, b: { enum: ['x', 'y'] }, c: { type: 'integer', minimum: 3 }, d: { type: 'boolean' } },
        required: ['a', 'b', 'c'],
    };
    const fields = fieldsOf(schema, { prefix: '' });
    assert.deepEqual(exampleInput(fields), { a: 'https://example.com/example', b: 'x', c: 3 });
    assert.deepEqual(exampleInput(fields, [{ input: { a: 'given' } }]), { a: 'given' });
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

test('what a module says cannot become markup in the help', () => {
    const evil = '<img src=x onerror="alert(1)">';
    const descriptor = {
        title: 'A', description: evil, canResume: false, outputSchema: { properties: { [evil]: { type: 'string', title: evil } } },
        errors: [{ type: evil, code: evil, cause: evil, solution: evil }],
    };
    const ui = { help: { how_it_works: evil, notes: [{ title: evil, text: evil }] } };
    const inputSchema = { properties: { a: { type: 'string', title: evil, description: evil, default: evil } } };
    const help = helpOf(descriptor, formOf(described({ ui, inputSchema })), t);
    assert.ok(!help.includes('<img'));
    assert.ok(help.includes('&lt;img'));
});

test('the help has the operations, and msg.run, of a node whose runs can be resumed', () => {
    const descriptor = { title: 'A', description: 'A', outputSchema: {}, errors: [] };
    const helpWith = (canResume) => helpOf({ ...descriptor, canResume }, formOf(described()), t);
    for (const words of [english.help.start, english.help.collect, english.help.run]) {
        assert.deepEqual([helpWith(true).includes(words), helpWith(false).includes(words)], [true, false]);
    }
});

test('the help of a connection calls its fields as its form does', () => {
    const properties = {
        api_key: { title: 'API key', writeOnly: true },
        base_url: { title: 'Base URL', description: 'For another api_key; see base_url.md, a/base_url and key_of_api_key.' },
    };
    const fields = connectionFieldsOf({ connection: { schema: { properties } }, ui: {} }, 'connection_');
    const help = connectionHelpOf({ description: 'An account' }, fields, t);
    assert.deepEqual([...help.matchAll(/<dt[^>]*>([^<]*) </g)].map(([, name]) => name), ['API key', 'Base URL']);
    assert.match(help, /For another &quot;API key&quot;; see base_url\.md, a\/base_url and key_of_api_key\./);
});

test("a connection's member that counts only for a choice may be required then", () => {
    const properties = { api: { enum: ['A', 'B', 'C'], default: 'A' }, workflow: {}, path: {} };
    const connection = { workflow: { only_for: { api: 'B' }, required: true }, path: { only_for: { api: ['B', 'C'] } } };
    const fields = connectionFieldsOf({ connection: { schema: { properties } }, ui: { connection } });
    assert.deepEqual(fields.map(({ onlyFor, required, requiredIfUsed }) => [onlyFor, required, requiredIfUsed]), [
        [null, false, false],
        [{ name: 'api', values: ['B'] }, false, true],
        [{ name: 'api', values: ['B', 'C'] }, false, false],
    ]);
});

const sheet = {
    properties: {
        flag: { type: 'boolean' },
        maybe: { anyOf: [{ type: 'boolean' }, { type: 'null' }], default: true },
        size: { enum: ['A', 'B'], default: 'A' },
        named: { oneOf: [{ const: 'a', title: 'A' }] },
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
    assert.deepEqual(inputOf({ flag: 'constructor' }), { flag: 'constructor' });
    assert.deepEqual(inputOf({ flag: '', maybe: ' ', size: '', named: '', count: '', style: '' }), {});
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
            size: { type: 'string', title: 'Size' },
        },
    };
    const descriptor = described({ inputSchema: schema, ui: { inputs: { size: { only_for: { model: 'M' } } } } });
    const entry = { form: formOf(descriptor, 'input_'), descriptor };
    const RED = { util: { getMessageProperty: (msg, name) => msg[name] } };
    const config = { input_model: 'model', input_model_type: 'msg', input_size: 'size', input_size_type: 'msg' };
    assert.deepEqual((await readInputs({ RED, ...words }, {}, entry, config, { model: '', size: 'big' })).input, { size: 'big' });
    assert.deepEqual((await readInputs({ RED, ...words }, {}, entry, config, { model: 'S', size: 'big' })).input, { model: 'S' });
});

/** A session of a module that answers as the test says; `asked`: the runs that it was given. */
function moduleThat(answer) {
    const asked = [];
    return { asked, execute: async (run) => (asked.push(run), answer(run)) };
}
const well = { outcome: 'succeeded', output: null, warnings: [] };
const refusal = Object.assign(new Error('The module refused the call'), { name: 'ModuleError', code: 'invalid_argument' });
const node = described({ actionId: 'a', inputSchema: { properties: { b: { enum: ['x'] } }, required: ['b'] } });

test('a connection is checked by the module, which asks the service', async () => {
    const session = moduleThat(() => well);
    assert.deepEqual(await checkConnection(session, node, { api_key: 'k' }), { asked: true, warnings: [] });
    assert.deepEqual(session.asked, [{ node: 'a', connection: { api_key: 'k' }, validateOnly: true, checkConnection: true }]);
});

test('a module that cannot ask looks at the values, with an input that it accepts', async () => {
    const session = moduleThat((run) => {
        if (run.checkConnection) {
            throw refusal;
        }
        return well;
    });
    assert.deepEqual(await checkConnection(session, node, {}), { asked: false, warnings: [] });
    assert.deepEqual(session.asked[1], { node: 'a', connection: {}, validateOnly: true, input: { b: 'x' } });
    const failing = moduleThat(() => Promise.reject(Object.assign(new Error('no'), { name: 'RunError', code: 'invalid_argument' })));
    await assert.rejects(checkConnection(failing, node, {}), { message: 'no' });
    assert.equal(failing.asked.length, 1, 'that was an answer, of a run');
});

const untranslated = (entry) => ({ module: {}, errorFields: (error) => error, warningsIn: (warnings) => warnings, ...entry });

test('the Test button says what is known: the service takes it, the values are right, or what to do', async () => {
    const fields = [{ name: 'api_key', label: 'API key' }, { name: 'proxy', label: 'Proxy' }];
    const answerOf = (answer) =>
        testConnection({ t, sessions: { of: () => moduleThat(answer) } }, untranslated({ descriptor: node, connection: { fields } }), {});
    assert.deepEqual(await answerOf(() => well), { ok: true, text: english.test.accepted });
    const warned = await answerOf(() => ({ ...well, warnings: [{ code: 'c', message: 'The answer was odd' }] }));
    assert.equal(warned.text, `${english.test.accepted} The answer was odd.`);
    const old = await answerOf((run) => (run.checkConnection ? Promise.reject(refusal) : well));
    assert.deepEqual(old, { ok: true, text: english.test.valid });
    const wrong = { message: 'No.', solution: 'Check the key', details: [{ path: '/api_key', message: 'too short' }] };
    const failed = await answerOf(() => Promise.reject(Object.assign(new Error(), wrong)));
    assert.deepEqual(failed, { ok: false, text: 'The test failed: No. API key: too short. Check the key.' });
    const said = { message: 'The proxy for /api_key and api_key.pem: api_key is too short.', details: [{ path: '/api_key', message: 'is too short' }] };
    const repeated = await answerOf(() => Promise.reject(Object.assign(new Error(), said)));
    assert.equal(repeated.text, 'The test failed: The proxy for /api_key and api_key.pem: "API key" is too short.');
});

test('a new node begins with the default of each field; null is none, and for yes or no it is neither', async () => {
    const { initialOf } = await editorModule('field_values.js');
    const initial = (schema) => initialOf(field('a', schema));
    assert.deepEqual(initial({ anyOf: [text(), { type: 'null' }], default: null }), { type: 'null', value: '' });
    assert.deepEqual(initial({ enum: ['x', null], default: null }), { type: 'null', value: '' });
    assert.deepEqual(initial({ type: ['boolean', 'null'], default: null }), { type: 'constant', value: 'null' });
    assert.deepEqual(initial({ type: 'string', default: 'null' }), { type: 'constant', value: 'null' });
    assert.equal(field('a', { enum: ['x', null], default: null }).nullable, true, 'so that the form offers none');
});

test('what the runs of a node have cost is told as far as it is known', () => {
    const spending = new Spending();
    ['yes', 'yes', 'yes', 'no', 'unknown'].forEach((charged, n) => spending.add('a', `run ${n}`, charged));
    assert.deepEqual([spending.of('a'), spending.of('b')], [{ yes: 3, unknown: 1 }, { yes: 0, unknown: 0 }]);
    const price = { credits: 4, dollars: 0.1 };
    assert.equal(
        spendingText(spending.of('a'), 7, price, t),
        "Billed since Node-RED started: 3, about 12 credits ($0.30) by the platform's list. Perhaps billed: 1 more. Left in this hour: 7.",
    );
    assert.equal(spendingText(spending.of('a'), null, null, t), 'Billed since Node-RED started: 3. Perhaps billed: 1 more.');
    assert.equal(spendingText(spending.of('b'), null, price, t), null);
});

test('a run that is collected again counts once, as billed once that is known, where it was billed', () => {
    const spending = new Spending();
    for (const [id, key, charged] of [
        ['start', 'late', 'unknown'], ['start', 'late', 'unknown'], ['collect', 'late', 'yes'], ['collect', 'late', 'yes'], ['start', 'late', 'unknown'],
        ['collect', 'lost', 'unknown'], ['collect', 'lost', 'no'],
    ]) {
        spending.add(id, key, charged);
    }
    assert.deepEqual([spending.of('start'), spending.of('collect')], [{ yes: 0, unknown: 0 }, { yes: 1, unknown: 1 }]);
    for (let n = 0; n <= mostRemembered; n += 1) {
        spending.add('loop', `run ${n}`, 'yes');
    }
    assert.equal(spending.of('loop').yes, mostRemembered + 1);
});
