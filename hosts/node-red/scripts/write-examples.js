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

const storage = 'Where your service takes only URLs of images, the connection also needs storage for files.';

const page = `<!doctype html>
<title>Animate a photo</title>
<form method="post" enctype="multipart/form-data">
  <input type="file" name="photo" accept="image/*" required>
  <button>Animate</button>
</form>
`;

const httpIn = (id, method, x, y, wires) => ({
    id, type: 'http in', name: '', ...at(x, y), url: '/animate', method, upload: method === 'post', skipBodyParsing: false, swaggerDoc: '', wires: [wires],
});

const upload = [
    tab('Upload a photo', ''),
    comment(
        'A page to upload a photo, and its video as a file',
        `Choose your PixelML connection in the node, deploy, and open /animate at the address of your flows. The photo goes to the node as a Buffer, and its video into your home folder: see "Keep the file" in the node. ${storage}\n\nThe page answers at once. Whoever can open it makes videos at your expense: protect it with httpNodeAuth of settings.js. Where Node-RED restarts before the photo is at the service, a message of more than 1 MiB has lost it: upload it again.`,
        230, 60,
    ),
    httpIn('open', 'get', 120, 120, ['page']),
    { id: 'page', type: 'template', name: 'The page', ...at(290, 120), field: 'payload', fieldType: 'msg', format: 'html', syntax: 'plain', template: page, output: 'str', wires: [['show']] },
    { id: 'show', type: 'http response', name: '', ...at(450, 120), statusCode: '', headers: { 'content-type': 'text/html; charset=utf-8' }, wires: [] },
    httpIn('photo', 'post', 120, 200, ['thanks', 'video']),
    change('thanks', 'Thanks', 290, 180, ['answer'], [{ t: 'set', p: 'payload', pt: 'msg', to: 'Thank you. The video will be in the folder in a few minutes.', tot: 'str' }]),
    { id: 'answer', type: 'http response', name: '', ...at(450, 180), statusCode: '', headers: {}, wires: [] },
    video('Into the home folder', 320, 240, ['debug'], examples[0].input, { image: ['msg', 'req.files[0].buffer'] },
        { keep: 'file', keepPath: 'HOME', keepPath_type: 'env', keepReplace: false, keepLargest: '' }),
    debug('debug', 'File', 530, 240, 'filename'),
    connection,
];

const watched = [
    tab('Watched folder', ''),
    comment(
        'Each photo that comes into a folder gets its video beside it',
        `Set a folder of its own in the watch node, as every photo in there is paid for, choose your PixelML connection in the node that makes the video, and deploy. photo.jpg gets photo.mp4. ${storage}\n\nA photo is taken when it has not changed for 5 s. One that has its video already ends with an error before anything is paid.`,
        260, 60,
    ),
    { id: 'watch', type: 'watch', name: '', ...at(110, 120), files: '', recursive: '', wires: [['photos']] },
    {
        id: 'photos', type: 'switch', name: 'A photo?', ...at(260, 120), property: 'event = "update" and type = "file" and $contains(file, /^[^.].*\\.(jpe?g|png|webp|heic|avif)$/i)', propertyType: 'jsonata',
        rules: [{ t: 'true' }], checkall: 'true', repair: false, outputs: 1, wires: [['whole']],
    },
    {
        id: 'whole', type: 'trigger', name: 'Whole for 5 s', ...at(430, 120), op1: '', op2: '', op1type: 'nul', op2type: 'payl', duration: '5', extend: true, overrideDelay: false,
        units: 's', reset: '', bytopic: 'topic', topic: 'filename', outputs: 1, wires: [['video']],
    },
    video('Beside the photo', 290, 200, ['debug'], examples[0].input, { image: ['msgFile', 'filename'] },
        { keep: 'file', keepPath: '$replace(filename, /\\.[^.]+$/, ".mp4")', keepPath_type: 'jsonata', keepReplace: false, keepLargest: '' }),
    debug('debug', 'File', 500, 200, 'filename'),
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
for (const [name, flow] of [...ofThePage, ['Folder of images', folder], ['Error handling', errors], ['Start and collect', parked], ['Upload a photo', upload], ['Watched folder', watched]]) {
    fs.writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(withIds(name, flow), null, 2)}\n`);
}
