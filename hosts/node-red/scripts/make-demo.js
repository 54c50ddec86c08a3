'use strict';
// Makes a Node-RED user folder with this package and a flow to press a button in.
//   node make-demo.js FOLDER CONNECTION PHOTO_URL
// CONNECTION is the connection's JSON.
// Prints the port that Node-RED is to listen on: 1880, or any free one when that is taken.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const [folder, connection, photo] = process.argv.slice(2);
const { api_key, ...settings } = JSON.parse(connection);
const root = path.join(__dirname, '..');
const { name } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

const write = (file, text) => fs.writeFileSync(path.join(folder, file), text);

/** As the connection's form keeps it: a choice and an object are texts. */
const kept = (name, value) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return typeof value === 'object' || name === 'idempotent_submit' ? text : value;
};
const constant = (input, value) => ({ [`input_${input}`]: value, [`input_${input}_type`]: 'constant' });

const flow = [
    { id: 'demo', type: 'tab', label: 'Image to video', disabled: false, info: '' },
    {
        id: 'demo-comment', z: 'demo', type: 'comment', name: 'Press the button on the left: the video plays in the sidebar', info: '',
        x: 260, y: 80, wires: [],
    },
    {
        id: 'demo-inject', z: 'demo', type: 'inject', name: 'Animate', props: [{ p: 'payload' }], repeat: '', crontab: '', once: false,
        onceDelay: 0.1, topic: '', payload: '', payloadType: 'date', x: 130, y: 160, wires: [['demo-video']],
    },
    {
        id: 'demo-video', z: 'demo', type: 'image_to_video', name: 'A cup of coffee', connection: 'demo-connection', concurrency: 10, runsPerHour: 100,
        ...constant('model', 'Pixel M'),
        ...constant('prompt', 'Slow zoom in on the cup, smooth camera movement, warm light'),
        ...constant('image', photo),
        ...constant('negative_prompt', 'jerky motion, blur'),
        ...constant('size', 'Landscape HD (16:9)'),
        ...constant('prompt_optimizer', 'true'),
        x: 340, y: 160, wires: [['demo-debug']],
    },
    {
        id: 'demo-debug', z: 'demo', type: 'debug', name: 'Video', active: true, tosidebar: true, console: false, tostatus: false,
        complete: 'payload', targetType: 'msg', x: 550, y: 160, wires: [],
    },
    {
        id: 'demo-connection', type: 'pixelml-connection', name: 'Local sandbox', connection_idempotent_submit: '',
        connection_check_image: '', connection_max_connections: 64, connection_max_running: 0,
        connection_request_timeout_ms: 30000, connection_job_timeout_ms: 900000, connection_ca_file: '',
        connection_api_binding: '',
        ...Object.fromEntries(Object.entries(settings).map(([member, value]) => [`connection_${member}`, kept(member, value)])),
    },
];

function freePort(wanted) {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.on('error', (error) => (error.code === 'EADDRINUSE' && wanted !== 0 ? resolve(freePort(0)) : reject(error)));
        server.listen(wanted, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

freePort(1880).then((port) => {
    const nodeRedSettings = {
        uiHost: '127.0.0.1',
        uiPort: port,
        flowFile: 'flows.json',
        credentialSecret: false, // the only credential is the sandbox's, which takes any
        telemetry: { enabled: false },
        editorTheme: { tours: false },
    };
    fs.mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
    fs.symlinkSync(root, path.join(folder, 'node_modules', name));
    write('package.json', JSON.stringify({ name: 'demo', private: true, dependencies: { [name]: '*' } }));
    write('settings.js', `module.exports = ${JSON.stringify(nodeRedSettings, null, 2)};\n`);
    write('flows.json', JSON.stringify(flow, null, 2));
    write('flows_cred.json', JSON.stringify({ 'demo-connection': { api_key } }));
    console.log(port);
});
