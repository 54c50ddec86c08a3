'use strict';
// A message as bytes that outlive the process. Property by property, because one that cannot be kept, such as the request
// and response of an http-in node, must not cost the others. The structured clone format also keeps buffers, dates, maps
// and circular references, which JSON loses.
const v8 = require('node:v8');

const largestMessage = 1024 * 1024;

/** {properties: name -> base64, left: names of properties that cannot be kept or do not fit} */
function keepMessage(msg) {
    const properties = {};
    const left = [];
    let size = 0;
    for (const [name, value] of Object.entries(msg)) {
        let bytes;
        try {
            bytes = v8.serialize(value);
        } catch {
            left.push(name); // holds a function, a socket or the like
            continue;
        }
        if (size + bytes.length > largestMessage) {
            left.push(name);
            continue;
        }
        size += bytes.length;
        properties[name] = bytes.toString('base64');
    }
    return { properties, left };
}

function restoreMessage(kept) {
    const msg = {};
    for (const [name, text] of Object.entries(kept.properties)) {
        msg[name] = v8.deserialize(Buffer.from(text, 'base64'));
    }
    return msg;
}

module.exports = { keepMessage, restoreMessage, largestMessage };
