'use strict';
// The results of tool calls, from what is known of a run.
const { shared } = require('./node_tool');
const { fractionOf, progressText, timeText } = require('./progress');

const typeOf = { video: 'video/mp4', audio: 'audio/mpeg', image: 'image/png' };

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);
const textBlock = (text) => ({ type: 'text', text });

/** A call that did not do what it was to do, with what to do about it. */
const refusal = (...sentences) => ({ content: [textBlock(sentences.filter(Boolean).map(sentence).join(' '))], isError: true });

const isUrl = (value) => typeof value === 'string' && /^https?:\/\//.test(value);

/** {name, kind, url} of each output that is the URL of a file. */
function filesOf(node, output) {
    return node.form.mediaOutputs.filter(({ name }) => isUrl(output?.[name])).map(({ name, kind }) => ({ name, kind, url: output[name] }));
}

const linkTo = ({ name, kind, url }, title) => ({
    type: 'resource_link',
    uri: url,
    name,
    title: `${title}: ${name}`,
    ...(typeOf[kind] ? { mimeType: typeOf[kind] } : {}),
});

function warningsOf({ warnings = [], ending }) {
    return [...warnings, ...(ending?.warnings ?? []).map(({ message }) => message)];
}

const repeated = (variation) => `This is the result of the same call before, and nothing was paid again; ${variation} asks for another one.`;

/**
 * `extra`: {isRepeated, files: of this run that were kept on the disk, still: image content, hasLinks: the client knows
 * links to resources}.
 */
function succeeded(node, record, { isRepeated = false, keptFiles = [], still = null, hasLinks = true } = {}) {
    const { title } = node.descriptor;
    const { output } = record.ending;
    const files = filesOf(node, output);
    const words = [
        `${title} is done.`,
        ...files.map(({ kind, url }) => `The ${kind}: ${url}`),
        ...keptFiles.map(({ path, isLasting }) => `Kept as ${path}${isLasting ? '' : ', until the server forgets the run'}`),
        files.length > 0 && keptFiles.length === 0 ? 'Services delete such files after hours or days.' : '',
        isRepeated ? repeated(node.variation) : '',
        ...warningsOf(record).map(sentence),
    ];
    return {
        content: [
            textBlock(words.filter(Boolean).join('\n')),
            textBlock(JSON.stringify({ status: 'succeeded', run: record.taskId, output })),
            ...(hasLinks ? files.map((file) => linkTo(file, title)) : []),
            ...(still === null ? [] : [still]),
        ],
        structuredContent: { status: 'succeeded', run: record.taskId, output },
    };
}

/** What a run has cost, for a person. */
const chargeOf = { no: 'Nothing was paid.', yes: 'It was charged.', unknown: 'It may have been charged.' };

function detailsOf({ message, details = [] }) {
    return details.filter((detail) => !message.includes(detail.message)).map(({ path, message: text }) => `${path.slice(1)}: ${text}`);
}

function failed(node, record, { isRepeated = false } = {}) {
    const { status, error } = record.ending;
    const { type, message, solution, charged } = error;
    return {
        ...refusal(
            `${type}: ${message}`,
            ...detailsOf(error),
            solution,
            chargeOf[charged] ?? chargeOf.unknown,
            isRepeated ? `This is what the same call led to before; ${node.variation} asks for another run` : '',
        ),
        structuredContent: { status, run: record.taskId, error: { code: error.code, retryable: error.retryable, charged } },
    };
}

function stillRunning(node, run) {
    const { taskId } = run.record;
    const left = run.progress?.etaMs ?? null;
    const when = left === null ? 'in a while' : `in ${timeText(left)}`;
    return {
        content: [
            textBlock(
                `Still running: ${sentence(progressText(run.progress))} It goes on by itself. ` +
                    `Call ${shared.collect} with {"run": "${taskId}"} ${when}; do not call ${node.toolName} again for it.`,
            ),
        ],
        structuredContent: { status: 'running', run: taskId, progress: fractionOf(run.progress), message: progressText(run.progress) },
    };
}

/** The result of a call, for a run in any state. */
function answerOf(node, run, extra) {
    const { ending, taskId, cancelRequested } = run.record;
    if (ending?.status === 'succeeded') {
        return succeeded(node, run.record, extra);
    }
    if (ending !== null) {
        return failed(node, run.record, extra);
    }
    if (run.obstacle !== null) {
        return refusal(`The run ${taskId} is left alone, and nothing of it is lost: ${run.obstacle}`);
    }
    return cancelRequested ? refusal(`The run ${taskId} is being cancelled`) : stillRunning(node, run);
}

module.exports = { answerOf, filesOf, refusal };
