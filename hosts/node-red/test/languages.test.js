'use strict';
// The languages: what is said, is said in the language of Node-RED's runtime, and of one sentence there is no half.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { until } = require('../../../tests/support/waiting');
const { Catalogue } = require('../lib/catalogue');
const { testConnection } = require('../lib/connection_test');
const { Flow, connectionTo, imageToVideo, lineTo } = require('./support/flows');
const { NodeRed } = require('./support/node_red');
const { packageDirectory } = require('./support/places');
const { keysOf, proseIn } = require('./support/program_text');
const { catalogueIn, wordsIn } = require('./support/words');

const languages = fs.readdirSync(path.join(packageDirectory, 'locales'));

/** [key, its placeholders] of each text. */
const entries = (words, prefix = '') =>
    Object.entries(words).flatMap(([key, word]) =>
        typeof word === 'string' ? [[prefix + key, (word.match(/__\w+?__/g) ?? []).sort()]] : entries(word, `${prefix}${key}.`),
    );

const filesIn = (directory) => {
    const folder = path.join(packageDirectory, directory);
    return fs.readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]);
};
const sources = ['.', 'lib', 'resources'].flatMap(filesIn);

test('every language has the same words, with the same places', () => {
    const english = entries(catalogueIn('en-US'));
    assert.deepEqual(languages.sort(), ['de', 'en-US']);
    for (const language of languages) {
        assert.deepEqual(entries(catalogueIn(language)), english);
        assert.equal(catalogueIn(language).language, language);
    }
});

test('no text is in the program, but what only the log has, or stands in what others say', () => {
    const found = sources.map(([name, source]) => [name, proseIn(source, ['log', 'FileProblem'])]).filter(([, texts]) => texts.length > 0);
    assert.deepEqual(Object.fromEntries(found), {
        'catalogue.js': ['Both ', '. Load only one of them.'],
        'flow_runs.js': ['not known'],
        'kept_files.js': ['the node'],
        'run.js': [
            'its file has no ', 'not known', 'which has no wire, or was changed or removed meanwhile',
            'The message of a finished run could not leave the node ', '. Its output is kept for a day: ',
        ],
        'run_store.js': ['of version '],
        // Names of classes, of events, and ends of keys.
        'connection_type.js': ['wfn-good wfn-bad'],
        'field_values.js': ['fa fa-file-image-o', 'fa fa-file-image-o'],
        'form_fields.js': ['input change'],
        'keeping.js': ['Help'],
        'node_type.js': ['Help'],
        'operation.js': ['Help', 'Help'],
        'previews.js': ['fa fa-film'],
    });
});

test('what the program asks for is in the catalogues', () => {
    const known = new Set(entries(catalogueIn('en-US')).map(([key]) => key));
    const asked = sources.flatMap(([, source]) => ['t', 'text', '#t'].flatMap((name) => keysOf(source, name)));
    assert.ok(asked.length > 80, `${asked.length}: the keys are found`);
    assert.deepEqual(asked.filter((key) => !known.has(key) && !/\.$/.test(key)), []);
});

test('there are words for each problem that a file may have', () => {
    const codes = filesIn('native/media').flatMap(([, source]) => keysOf(source, 'FileProblem'));
    assert.ok(codes.length > 20, codes.join());
    const { problem, remedy } = catalogueIn('de').file;
    assert.deepEqual([...new Set(codes)].filter((code) => !(code in problem)), []);
    assert.deepEqual(Object.keys(remedy), ['file_exists', 'not_written'], 'which obstacleAt() finds');
});

const error = { code: 'unreachable', type: 'Unreachable', cause: 'No way', solution: 'Check it', message: 'It said 7.', details: [{ path: '/a/0', message: 'no' }] };
const translated = {
    title: 'A', inputs: { a: { title: 'Feld' } }, errors: { unreachable: { type: 'Weg', cause: 'Kein Weg', solution: 'Prüfen' } }, warnings: { odd: 'Seltsam' },
};
function entryIn(language, translations) {
    const catalogue = new Catalogue(language, wordsIn(language));
    const descriptor = {
        actionId: 'a', title: 'A', description: '', inputSchema: { properties: { a: { title: 'Field' } } }, outputSchema: {}, categories: [], ui: {},
        examples: [], price: null, errors: [error], connection: null, translations,
    };
    catalogue.add({ load: () => ({ name: 'm', nodes: [descriptor] }) }, 'm.so');
    return catalogue.nodes.get('a');
}

test('what a module says in English is quoted behind the same in German', () => {
    const german = entryIn('de', { de: translated });
    const { type, solution, message } = german.errorFields(error);
    assert.deepEqual([type, solution, message], ['Weg', 'Prüfen', 'Kein Weg (Feld). Im Wortlaut: „It said 7“']);
    assert.deepEqual(german.warningsIn([{ code: 'odd', message: 'It is odd.' }, { code: 'b', message: 'B' }]), [
        { code: 'odd', message: 'Seltsam. Im Wortlaut: „It is odd“' }, { code: 'b', message: 'B' },
    ]);
    const ofAddon = { code: 'out_of_memory', message: 'No memory' };
    assert.equal(german.errorFields(ofAddon).message, 'Das Modul hat den Lauf nicht ausgeführt. Im Wortlaut: „No memory“');
});

test('in English, and of a module without German, it stays as it is', () => {
    const said = [error, { code: 'out_of_memory', message: 'No memory' }];
    const english = entryIn('en-US', { de: translated });
    assert.deepEqual(said.map((one) => english.errorFields(one)), said);
    assert.deepEqual(english.warningsIn([{ code: 'odd', message: 'It is odd.' }]), [{ code: 'odd', message: 'It is odd.' }]);
    assert.deepEqual(entryIn('de', null).errorFields(error), error);
});

test('the Test button quotes what the service said, with what is wrong in each field', async () => {
    const entry = { ...entryIn('de', { de: translated }), connection: { fields: [{ name: 'a', label: 'Feld' }] } };
    const sessions = { of: () => ({ execute: async () => Promise.reject(Object.assign(new Error(), { name: 'RunError', ...error })) }) };
    const { ok, text } = await testConnection({ t: wordsIn('de').t, sessions }, entry, {});
    assert.deepEqual([ok, text], [false, 'Der Test ist fehlgeschlagen: Kein Weg (Feld). Im Wortlaut: „It said 7. a/0: no“. Prüfen.']);
});

let server;
let german;
before(async () => {
    server = await new JobServer({ renderMs: () => 1 }).start();
    german = await new NodeRed({ env: { LC_ALL: 'de_DE.UTF-8' } }).start(); // without lang in settings.js
});
after(async () => {
    await german?.remove();
    await server?.end();
});

/** Outside of quotations. */
const isGerman = (text) => !/\b(the|and|is|not|of|to|no|it|be|could|this|that|with|for)\b/i.test(text.replace(/„[^“]*“/g, ''));

const listening = [
    { id: 'status', z: 'tab', type: 'status', name: '', scope: ['node'], wires: [['seen']], x: 100, y: 300 },
    lineTo('seen', 'status'),
];

const send = async (flow, more, times = 1) => {
    fs.rmSync(flow.file, { force: true });
    await flow.send(Array(times).fill({ prompt: 'Zoom', image: `${server.url}/image`, ...more }));
};

/** What a flow author sees of a message that fails, and that no node catches: the status, and what the debug sidebar shows. */
async function failing(nodes, message, times) {
    const flow = new Flow(german);
    await german.deploy(flow.with([...listening, ...nodes]).filter(({ id }) => id !== 'catch'));
    const before = german.output.length;
    await send(flow, message, times);
    const [, text] = await until('the error', () => /\[error\] \[image_to_video:node\] (.*)\n/.exec(german.output.slice(before)));
    const status = await until('its status', () => flow.lines().findLast((line) => line.status?.fill === 'red')?.status.text);
    return { text, status };
}

test('a node in German: its form and its help', { timeout: 60000 }, async () => {
    const { nodes, connections } = await german.request('GET', '/workflow-nodes/types');
    const { title, help } = nodes.find(({ type }) => type === 'image_to_video');
    assert.equal(title, 'Bild zu Video');
    const shown = [help, ...connections.map((one) => `${one.title} ${one.help}`)].join(' ').replace(/<code>.*?<\/code>|<[^>]*>/g, ' ');
    assert.ok(isGerman(shown), shown);
});

const place = { keep: 'file', keepPath: 'filename', keepPath_type: 'msg' };
for (const [what, { node = {}, connection = {}, message = {}, apiKey = null, times, status, text }] of Object.entries({
    'a key that the service refuses': {
        apiKey: 'another',
        status: /^API-Verbindungsfehler$/,
        text: /^API-Verbindungsfehler: Der Dienst ist nicht erreichbar oder weist die Anfrage ab\. Im Wortlaut: „PixelML does not accept the API key.*\(HTTP 401\)“\. Die Einst/,
    },
    'a connection that is wrong': {
        connection: { connection_base_url: 'http://example.com' },
        status: /^Ungültige Verbindung$/,
        text: /^Ungültige Verbindung: Die Verbindung ist unvollständig oder widerspricht sich \(Basis-URL\)\. Im Wortlaut: „/,
    },
    'an input that is wrong': {
        message: { prompt: 7 },
        status: /^Ungültige Eingaben$/,
        text: /^Ungültige Eingaben: Die Eingaben passen nicht zum Schema des Nodes \(Prompt\)\. Im Wortlaut: „/,
    },
    'no connection': { node: { connection: '' }, status: /^Es fehlt: PixelML-Verbindung/, text: /^Es fehlt: PixelML-Verbindung\. Im Node eine/ },
    'a field that is wrong': {
        node: { input_prompt_optimizer: 'vielleicht' },
        status: /^Prompt verbessern war nicht zu lesen/,
        text: /^Prompt verbessern war nicht zu lesen\. „vielleicht“ ist weder true noch false\. Das Feld im Node berichtigen\.$/,
    },
    'an expression that is wrong': {
        node: { input_prompt: '$nothing(', input_prompt_type: 'jsonata' },
        status: /^Prompt war nicht zu lesen/,
        text: /^Prompt war nicht zu lesen\. Der Wert war nicht zu ermitteln\. Im Wortlaut: „.+“\. Das Feld im Node berichtigen\.$/,
    },
    'a place for the file that is none': {
        node: place,
        message: { filename: '/none/of/these/clip.mp4' },
        status: /^Es wurde kein Auftrag erteilt/,
        text: /^Es wurde kein Auftrag erteilt, denn .* Im Wortlaut: „"\/none.*no such file or directory“\. Den Ort im Node berichtigen/,
    },
    'a Collect without a run': { node: { operation: 'collect', wires: [['result'], []] }, status: /^„Abholen“ holt/, text: /^„Abholen“ holt.* hat kein msg\.run\./ },
    'the limit of an hour': {
        node: { runsPerHour: 1 },
        times: 2,
        status: /Kostenbremse$/,
        text: /^Kostenbremse: Dieser Node beginnt in einer Stunde nicht mehr Läufe als 1,.*in 60 min noch einmal senden\. Prüfen, ob/,
    },
})) {
    test(`in German, whole sentences: ${what}`, { timeout: 60000 }, async () => {
        const nodes = [connectionTo(server.url, connection), imageToVideo(node)];
        server.apiKey = apiKey;
        const seen = await failing(nodes, message, times).finally(() => (server.apiKey = null));
        assert.match(seen.status, status);
        assert.match(seen.text, text);
        assert.ok(isGerman(seen.status), seen.status);
        assert.ok(isGerman(seen.text), seen.text);
    });
}

test('in German, a catch node gets the code that it has in every language', { timeout: 60000 }, async () => {
    const flow = await Flow.deploy(german, [connectionTo('http://example.com'), imageToVideo()]);
    await send(flow);
    const [{ error: caught }] = await flow.results(1);
    assert.deepEqual([caught.code, caught.type, caught.charged], ['invalid_connection', 'Ungültige Verbindung', 'no']);
    assert.match(caught.solution, /berichtigen/);
});

test('in German, a paid video without its file: the warning says what to do', { timeout: 60000 }, async () => {
    server.sendVideo = (request, response) => response.writeHead(404).end();
    const flow = await Flow.deploy(german, [connectionTo(server.url), imageToVideo({ keep: 'buffer' })]);
    await send(flow);
    const [{ warnings, files }] = await flow.results(1);
    assert.match(warnings[0].message, /^Die Datei ist nicht mehr da: .* Im Wortlaut: „.*\(HTTP 404\).*“\. Ihre URL ist in msg\.payload\.video\./);
    assert.ok(warnings[0].message.startsWith(files.video.error.message));
    assert.ok(isGerman(warnings[0].message), warnings[0].message);
});
