'use strict';
// The names of a run, which follow from what was asked. With a secret of the server's own: who knows the arguments of a
// run knows none of its names.
const crypto = require('node:crypto');

/** The same text for the same value, whatever the order of its members. */
function canonical(value) {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(',')}]`;
    }
    if (typeof value === 'object' && value !== null) {
        const members = Object.keys(value).sort().filter((name) => value[name] !== undefined);
        return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
    }
    return JSON.stringify(value) ?? 'null';
}

const digestWith = (secret, text) => crypto.createHmac('sha256', secret).update(text).digest('hex').slice(0, 40);

/** One name for all calls that ask for the same: of one client, with one account. */
function askOf(secret, { owner, module, node, input, account, variation }) {
    return digestWith(secret, canonical(['ask', owner, module, node, input, account, variation ?? null]));
}

/** Of the account that a run has. What another one has paid for, this one cannot collect. */
const accountOf = (secret, identity) => digestWith(secret, canonical(['account', identity]));

/** The first run of an ask at that time. Clients know a run, and its task, by this name. */
const taskIdOf = (ask, createdAt) => `${ask}-${createdAt.toString(36)}`;

/** The ask that a task id begins with; null: it is none. */
const askOfTask = (taskId) => /^([0-9a-f]{40})-[0-9a-z]{1,11}$/.exec(taskId)?.[1] ?? null;

/** For the module and its service, which need not know the task's id. */
const runKeyOf = (secret, taskId) => `mcp-${digestWith(secret, canonical(['run', taskId]))}`;

module.exports = { accountOf, askOf, askOfTask, canonical, runKeyOf, taskIdOf };
