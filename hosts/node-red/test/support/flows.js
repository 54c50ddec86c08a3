'use strict';
// Flows for the tests: messages come in over HTTP, and what leaves the node under test is written to a file.
const fs = require('node:fs');
const path = require('node:path');
const { until } = require('../../../../tests/support/waiting');

const tab = { id: 'tab', type: 'tab', label: 'Test' };

/** The flow's way in: POST /send with an array of messages. */
function wayIn(to) {
    return [
        { id: 'in', z: 'tab', type: 'http in', name: '', url: '/send', method: 'post', wires: [['split']], x: 100, y: 100 },
        {
            id: 'split', z: 'tab', type: 'function', name: '', outputs: 2, wires: [[to], ['answer']], x: 250, y: 100, libs: [],
            func: 'for (const one of msg.payload) node.send([one, null]);\nreturn [null, {req: msg.req, res: msg.res, payload: msg._msgid}];',
        },
        { id: 'answer', z: 'tab', type: 'http response', name: '', wires: [], x: 400, y: 160 },
    ];
}

/** Writes each message that it gets as a line of JSON, {from, payload, error, …}. */
const lineTo = (id, source) => ({
    id, z: 'tab', type: 'function', name: '', outputs: 1, wires: [['file']], x: 550, y: 100, libs: [],
    func: `const {req, res, ...kept} = msg;\nreturn {payload: JSON.stringify({from: "${source}", ...kept})};`,
});

/** The flow's way out. */
function wayOut(directory) {
    return [
        lineTo('result', 'result'),
        { id: 'catch', z: 'tab', type: 'catch', name: '', scope: null, uncaught: false, wires: [['caught']], x: 400, y: 220 },
        lineTo('caught', 'catch'),
        {
            id: 'file', z: 'tab', type: 'file', name: '', filename: path.join(directory, 'out.jsonl'), filenameType: 'str',
            appendNewline: true, createDir: false, overwriteFile: 'false', encoding: 'none', wires: [[]], x: 700, y: 100,
        },
    ];
}

class Flow {
    constructor(nodeRed) {
        this.nodeRed = nodeRed;
        this.file = path.join(nodeRed.userDirectory, 'out.jsonl');
    }

    /** `nodes`: the node under test with the id "node", wired to "result", and what it needs. */
    static async deploy(nodeRed, nodes, type) {
        const flow = new Flow(nodeRed);
        await nodeRed.deploy(flow.with(nodes), type);
        return flow;
    }

    with(nodes) {
        return [tab, ...wayIn('node'), ...nodes, ...wayOut(this.nodeRed.userDirectory)];
    }

    /** Returns the id that all of them carry. */
    send(messages) {
        return this.nodeRed.request('POST', '/send', messages);
    }

    /** What has left the flow until now. */
    lines() {
        if (!fs.existsSync(this.file)) {
            return [];
        }
        return fs.readFileSync(this.file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }

    /** Waits for `count` lines, and returns all there are. */
    results(count, limit = 30000) {
        return until(`${count} messages to leave the flow; output:\n${this.nodeRed.output.slice(-3000)}`, () => {
            const lines = this.lines();
            return lines.length >= count ? lines : null;
        }, limit);
    }
}

const connectionTo = (url, more = {}) => ({
    id: 'connection',
    type: 'pixelml-connection',
    name: 'Local',
    connection_base_url: url,
    connection_allow_insecure_loopback: true,
    connection_idempotent_submit: 'true',
    credentials: { api_key: 'a-secret-key' },
    ...more,
});

/** The image_to_video node, which takes its prompt and image from the message. */
const imageToVideo = (more = {}) => ({
    id: 'node', z: 'tab', type: 'image_to_video', name: '', connection: 'connection', concurrency: 1000, runsPerHour: 0, wires: [['result']], x: 400, y: 100,
    input_model: 'Pixel S', input_model_type: 'constant',
    input_prompt: 'prompt', input_prompt_type: 'msg',
    input_image: 'image', input_image_type: 'msg',
    input_negative_prompt: '', input_negative_prompt_type: 'null',
    input_size: 'Landscape HD (16:9)', input_size_type: 'constant',
    input_prompt_optimizer: 'true', input_prompt_optimizer_type: 'constant',
    ...more,
});

const echo = (more = {}) => ({
    id: 'node', z: 'tab', type: 'echo', name: '', concurrency: 10, runsPerHour: 0, wires: [['result']], x: 400, y: 100,
    input_text: 'payload', input_text_type: 'msg',
    input_milliseconds: '1000', input_milliseconds_type: 'constant',
    input_voice: 'soft', input_voice_type: 'constant',
    input_repeat: '', input_repeat_type: 'unset',
    ...more,
});

const slowEcho = (more = {}) => ({
    ...echo({ type: 'slow_echo', connection: 'valley' }),
    ...more,
});

const valley = { id: 'valley', type: 'echo-service-connection', name: '', credentials: { api_key: 'a-secret-key' } };

module.exports = { Flow, connectionTo, imageToVideo, lineTo, echo, slowEcho, valley };
