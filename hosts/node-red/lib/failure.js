'use strict';
// A failed run as flows see it: an Error for done(), and the error table's fields on msg.error for catch nodes.

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What done() is given. It has no stack: the place in this package says nothing about the run. */
function toNodeError(error) {
  if (!error.type) return error;
  const texts = [error.message, error.solution].filter(Boolean).map(sentence);
  const failure = new Error([...new Set(texts)].join(' '));
  failure.name = error.type;
  failure.code = error.code;
  failure.fields = typeof error.toJSON === 'function' ? error.toJSON() : { ...error };
  failure.stack = String(failure);
  return failure;
}

/**
 * Ends the message with the failure. Node-RED makes a new msg.error for every catch node, with only the message and the
 * source. The fields are added where the catch nodes receive it, which happens inside done().
 */
function reportFailure(RED, done, failure) {
  if (!failure.fields) {
    done(failure);
    return;
  }
  const hook = 'onReceive.workflow-nodes-failure';
  RED.hooks.add(hook, (event) => {
    if (event.destination.node.type === 'catch' && event.msg.error) {
      const { source } = event.msg.error;
      event.msg.error = { ...failure.fields, source };
    }
  });
  try {
    done(failure);
  } finally {
    RED.hooks.remove(hook);
  }
}

module.exports = { toNodeError, reportFailure };
