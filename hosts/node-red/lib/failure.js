'use strict';
// A failed run as flows see it: one text for done(), and the error table's fields on msg.error for catch nodes.

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What happened and what to do. A text, because the editor's debug sidebar folds an Error's message up. */
function failureText(error) {
    const texts = [error.message, error.solution].filter(Boolean).map(sentence);
    return [error.type ? `${error.type}:` : '', ...new Set(texts)].join(' ').trim();
}

/** The fields of msg.error. The checkpoint is in msg.run instead. */
function failureFields(error) {
    const { name, checkpoint, ...fields } = typeof error.toJSON === 'function' ? error.toJSON() : { message: error.message };
    return fields;
}

/**
 * Ends the message with the failure. Node-RED makes a new msg.error for every catch node, with only the text and the
 * source. The fields are added where the catch nodes receive it, which happens inside done().
 */
function reportFailure(RED, done, error) {
    const hook = 'onReceive.workflow-nodes-failure';
    const fields = failureFields(error);
    RED.hooks.add(hook, (event) => {
        if (event.destination.node.type === 'catch' && event.msg.error) {
            event.msg.error = { ...fields, source: event.msg.error.source };
        }
    });
    try {
        done(failureText(error));
    } finally {
        RED.hooks.remove(hook);
    }
}

module.exports = { reportFailure };
