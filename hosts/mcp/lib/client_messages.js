'use strict';
// What a client writes, line by line, as the SDK's transport takes it: what that would drop without a word is answered.
const { setImmediate: nextTurn } = require('node:timers/promises');
const { ProtocolErrorCode, isJSONRPCNotification, isJSONRPCRequest, isJSONRPCResponse } = require('@modelcontextprotocol/server');

const newline = 10;
const edge = 256; // bytes of a line's beginning and end, where clients write the id

/** The lines of the stream as Buffers; of one with more than `most` bytes, {beginning, end}, as it is not held. */
async function* linesOf(stream, most) {
    let parts = [];
    let size = 0;
    let end = Buffer.alloc(0);
    const add = (part) => {
        size += part.length;
        if (size > most) {
            parts = [Buffer.concat(parts).subarray(0, edge)];
            end = Buffer.concat([end, part.subarray(-edge)]).subarray(-edge);
        } else {
            parts.push(part);
        }
    };
    for await (const chunk of stream) {
        let start = 0;
        for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
            add(chunk.subarray(start, at));
            yield size > most ? { beginning: parts[0], end } : Buffer.concat(parts);
            [parts, size, end, start] = [[], 0, Buffer.alloc(0), at + 1];
            await nextTurn(); // hundreds of messages may be in one chunk
        }
        add(chunk.subarray(start));
    }
}

const idPattern = '"id"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d{1,15})';
const idAtBeginning = new RegExp(`^\\s*\\{\\s*(?:"jsonrpc"\\s*:\\s*"2\\.0"\\s*,\\s*)?${idPattern}\\s*,`);
const idAtEnd = new RegExp(`,\\s*${idPattern}\\s*\\}\\s*$`);

function idOfLong({ beginning, end }) {
    const [, id] = idAtBeginning.exec(beginning.toString()) ?? idAtEnd.exec(end.toString()) ?? [];
    try {
        return JSON.parse(id);
    } catch {
        return null;
    }
}

const refusalTo = (id, message) => ({ jsonrpc: '2.0', id, error: { code: ProtocolErrorCode.InvalidRequest, message } });

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (id) => typeof id === 'string' || Number.isSafeInteger(id);

/** Some serialisers write null for what is left out. No optional member of the protocol's parameters can be null. */
function withoutNulls(object) {
    return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function tidied({ params, ...rest }) {
    if (!isObject(params)) {
        return params === null || params === undefined ? rest : { ...rest, params };
    }
    const given = withoutNulls(params);
    return { ...rest, params: isObject(given._meta) ? { ...given, _meta: withoutNulls(given._meta) } : given };
}

/** {message} for the SDK, {refusal} for the client, or neither: nobody waits for an answer to it. */
function readLine(line, most) {
    if (!Buffer.isBuffer(line)) {
        return { refusal: refusalTo(idOfLong(line), `A message has more than ${most} bytes: nothing of it was done`) };
    }
    let given;
    try {
        given = JSON.parse(line);
    } catch {
        return {};
    }
    if (!isObject(given)) {
        return {};
    }
    const message = typeof given.method === 'string' ? tidied(given) : given;
    if ([isJSONRPCRequest, isJSONRPCNotification, isJSONRPCResponse].some((is) => is(message))) {
        return { message };
    }
    return isId(given.id) && given.method !== undefined ? { refusal: refusalTo(given.id, 'This is no request of JSON-RPC and MCP: nothing was done') } : {};
}

module.exports = { linesOf, readLine };
