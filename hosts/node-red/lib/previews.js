'use strict';
// The latest videos, for the editor's sidebar.
const crypto = require('node:crypto');

const most = 20;
const topic = 'workflow-nodes/preview';

const isHttp = (value) => typeof value === 'string' && /^https?:\/\//.test(value);
const looksLikeVideo = (url) => /\.(mp4|webm|mov|m4v|ogv)([?#]|$)/i.test(url);

class Previews {
    #RED;
    #latest = [];

    constructor(RED) {
        this.#RED = RED;
    }

    get latest() {
        return this.#latest;
    }

    /** Every output that is the URL of a video, by its schema or by its ending. */
    add(node, entry, output) {
        const isVideo = (name) => entry.form.mediaOutputs.some((one) => one.name === name && one.kind === 'video');
        for (const [name, url] of Object.entries(output)) {
            if (!isHttp(url) || !(isVideo(name) || looksLikeVideo(url))) {
                continue;
            }
            const preview = {
                id: crypto.randomUUID(),
                node: node._alias ?? node.id,
                title: node.name || entry.descriptor.title,
                output: name,
                url,
                time: Date.now(),
            };
            this.#latest = [preview, ...this.#latest].slice(0, most);
            this.#RED.comms.publish(topic, preview, false);
        }
    }
}

module.exports = { Previews, topic, most };
