'use strict';
// Writes examples/*.json, the flows of the editor's import menu. Those of the node's page come from the module:
//   npm run assemble && node scripts/write-examples.js
const fs = require('node:fs');
const path = require('node:path');
const { load } = require('../native/addon');
const { bundledModules } = require('../native/durable/bundled_modules');
const { formOf } = require('../native/durable/node_form');

const directory = path.join(__dirname, '..', 'examples');
const actionId = 'image_to_video';
const [moduleFile] = bundledModules(path.join(__dirname, '..', 'native', 'modules'));
const { fields, examples } = formOf(load(moduleFile).find(actionId), 'input_');

const connection = { id: 'connection', type: 'pixelml-connection', name: 'PixelML', connection_base_url: 'https://api.pixelml.com' };

/** The node's properties: constants from `input`, except those that `typed` gives as [type, value]. */
function inputProperties(input, typed = {}) {
    return Object.fromEntries(
        fields.flatMap((field) => {
            const [type, value] = typed[field.name] ?? ['constant', String(input[field.name])];
            return [
                [field.property, value],
                [`${field.property}_type`, type],
            ];
        }),
    );
}

const tab = (label, info) => ({ id: 'flow', type: 'tab', label, disabled: false, info });
const at = (x, y) => ({ z: 'flow', x, y });

const video = (name, x, y, wires, input, typed, more = {}) => ({
    id: 'video', type: actionId, name, ...at(x, y), connection: 'connection', ...inputProperties(input, typed), concurrency: 10, runsPerHour: 100, wires: [wires], ...more,
});
const inject = (name, x, y, wires, payload = '', payloadType = 'date') => ({
    id: 'inject', type: 'inject', name, ...at(x, y), props: [{ p: 'payload' }], repeat: '', crontab: '', once: false, onceDelay: 0.1, topic: '',
    payload, payloadType, wires: [wires],
});
const debug = (id, name, x, y, complete = 'payload') => ({
    id, type: 'debug', name, ...at(x, y), active: true, tosidebar: true, console: false, tostatus: false, complete,
    targetType: complete === 'true' ? 'full' : 'msg', wires: [],
});
const comment = (name, info, x, y) => ({ id: 'comment', type: 'comment', name, info, ...at(x, y), wires: [] });
const change = (id, name, x, y, wires, rules) => ({ id, type: 'change', name, ...at(x, y), rules, action: '', property: '', from: '', to: '', reg: false, wires: [wires] });
const func = (id, name, x, y, wires, text, libs = []) => ({
    id, type: 'function', name, ...at(x, y), func: text, outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs, wires: [wires],
});
const pause = (id, name, x, y, wires, timeout, timeoutUnits) => ({
    id, type: 'delay', name, ...at(x, y), pauseType: 'delay', timeout, timeoutUnits, rate: '1',
    nbRateUnits: '1', rateUnits: 'second', randomFirst: '1', randomLast: '5', randomUnits: 'seconds', drop: false, allowrate: false, outputs: 1,
    wires: [wires],
});

const start = 'Choose your PixelML connection in the node, deploy, and press the button.';

const ofThePage = examples.map((example) => [
    example.title.replace(/^(Animate|Create Animated) /, ''),
    [
        tab(example.title, ''),
        comment(example.title, `${start}\n\nThe video plays in the sidebar's Videos tab.`, 160, 60),
        inject('Animate', 130, 120, ['video']),
        video(example.title, 350, 120, ['debug'], example.input),
        debug('debug', 'Video', 570, 120, 'payload'),
        connection,
    ],
]);

const folder = [
    tab('A folder of images', ''),
    comment(
        'A folder of images, four videos at a time',
        `Set the environment variable IMAGE_FOLDER of this flow (double-click its tab) to a folder that your web server publishes, and IMAGE_URL to its address. PixelML fetches the images from there.\n\n${start} Four run at once (the node's "At once"); the others wait for their turn.`,
        210, 60,
    ),
    inject('Animate all', 120, 120, ['names']),
    func('names', 'File names', 290, 120, ['split'],
        "const names = await fs.promises.readdir(env.get('IMAGE_FOLDER'));\nmsg.payload = names.filter((name) => /\\.(jpe?g|png)$/i.test(name)).sort();\nreturn msg;",
        [{ var: 'fs', module: 'fs' }]),
    { id: 'split', type: 'split', name: 'One by one', ...at(450, 120), splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false, addname: '', property: 'payload', wires: [['image']] },
    change('image', 'Its address', 620, 120, ['video'], [
        { t: 'set', p: 'file', pt: 'msg', to: 'payload', tot: 'msg' },
        { t: 'set', p: 'image', pt: 'msg', to: "$env('IMAGE_URL') & '/' & $encodeUrlComponent(payload)", tot: 'jsonata' },
    ]),
    video('Four at a time', 290, 200, ['debug'],
        {
            ...examples[2].input,
            prompt: 'Slow zoom in, smooth camera movement',
            negative_prompt: 'jerky motion, blurry',
        },
        { image: ['msg', 'image'] }, { concurrency: 4 }),
    debug('debug', 'File and video', 510, 200, 'true'),
    connection,
];
folder[0].env = [
    { name: 'IMAGE_FOLDER', value: '/var/www/html/images', type: 'str' },
    { name: 'IMAGE_URL', value: 'https://example.com/images', type: 'str' },
];

const errors = [
    tab('Errors', ''),
    comment(
        'What to do when a video fails',
        'A catch node gets the error in msg.error: type, code, message, cause, solution, retryable, charged and more.\n\nThis flow tries again, once and after a minute, what may be tried again; where the job still runs at the service, msg.run lets the node collect it instead of paying twice. The rest goes to the debug sidebar.',
        190, 60,
    ),
    inject('Animate', 130, 120, ['video']),
    video('May fail', 320, 120, ['debug'], examples[0].input),
    debug('debug', 'Video', 500, 120),
    { id: 'catch', type: 'catch', name: 'Its errors', ...at(130, 200), scope: ['video'], uncaught: false, wires: [['again']] },
    {
        id: 'again', type: 'switch', name: 'Try again?', ...at(310, 200), property: 'error.retryable = true and $not($exists(tried))', propertyType: 'jsonata',
        rules: [{ t: 'true' }, { t: 'else' }], checkall: 'false', repair: false, outputs: 2, wires: [['tried'], ['failed']],
    },
    change('tried', 'Once', 490, 180, ['wait'], [{ t: 'set', p: 'tried', pt: 'msg', to: 'true', tot: 'bool' }]),
    pause('wait', 'A minute', 640, 180, ['video'], '1', 'minutes'),
    debug('failed', 'Failed', 490, 240, 'error'),
    connection,
];

const parked = [
    tab('Start and collect', ''),
    comment(
        'Start a video, and collect it when it is done',
        `Start submits the job and goes on at once. The delay node waits, and Collect looks: what is done leaves through its upper output; what is still rendering leaves through the lower one, and comes back over the delay node. No run is held meanwhile.\n\n${start} After a restart of Node-RED the flow goes on with the same job.`,
        210, 60,
    ),
    inject('Animate', 120, 120, ['video']),
    video('Start', 270, 120, ['wait'], examples[0].input, {}, { operation: 'start' }),
    pause('wait', 'Half a minute', 440, 120, ['collect'], '30', 'seconds'),
    {
        ...video('Collect', 610, 120, [], examples[0].input, {}, { operation: 'collect', wait: 0, giveUpAfter: 24, outputs: 2 }),
        id: 'collect', wires: [['debug'], ['wait']],
    },
    debug('debug', 'Video', 770, 120),
    connection,
];

/** Ids must be unique among all flows of an editor, so each example has its own. */
function withIds(name, flow) {
    const prefix = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) >>> 0, 7).toString(16).padStart(8, '0');
    const ids = new Map(flow.map((one, n) => [one.id, `${prefix}${n.toString(16).padStart(8, '0')}`]));
    const isReference = (key, value) => ['id', 'z', 'connection'].includes(key) && ids.has(value);
    return flow.map((one) =>
        Object.fromEntries(
            Object.entries(one).map(([key, value]) => {
                if (isReference(key, value)) {
                    return [key, ids.get(value)];
                }
                if (key === 'wires') {
                    return [key, value.map((port) => port.map((id) => ids.get(id)))];
                }
                if (key === 'scope') {
                    return [key, value.map((id) => ids.get(id))];
                }
                return [key, value];
            }),
        ),
    );
}

fs.mkdirSync(directory, { recursive: true });
for (const [name, flow] of [...ofThePage, ['Folder of images', folder], ['Error handling', errors], ['Start and collect', parked]]) {
    fs.writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(withIds(name, flow), null, 2)}\n`);
}
