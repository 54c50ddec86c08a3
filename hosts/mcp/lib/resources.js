'use strict';
// What clients can read: the runs, what they made, the nodes' help, and the app that shows a run in a chat.
const { filesOf } = require('./answers');
const { shownInput } = require('./input_files');
const { fractionOf, progressText } = require('./progress');

const scheme = 'workflow-node:';
const runUri = (taskId) => `${scheme}//runs/${taskId}`;
const fileUri = (taskId, name) => `${runUri(taskId)}/${encodeURIComponent(name)}`;
const helpUri = (actionId) => `${scheme}//help/${encodeURIComponent(actionId)}`;

const mostListed = 1000;
const mostInList = 50; // apps read it again and again

/** The parts of one of the URIs above; null: it is none. Not by URL, which would resolve "..". */
function partsOf(uri) {
    const match = /^workflow-node:\/\/(runs|help)\/([A-Za-z0-9_.%-]{1,300})(?:\/([A-Za-z0-9_.%-]{1,300}))?(\/content)?$/.exec(uri);
    if (match === null) {
        return null;
    }
    try {
        const [, kind, name, file, content] = match;
        return { kind, name: decodeURIComponent(name), file: file === undefined ? null : decodeURIComponent(file), isContent: content !== undefined };
    } catch {
        return null; // a % that is not an escape
    }
}

const json = (uri, value) => [{ uri, mimeType: 'application/json', text: JSON.stringify(value, null, 2) }];

function helpOf({ descriptor, form }) {
    const parts = [`# ${descriptor.title}`, descriptor.description, form.howItWorks, '## Inputs'];
    for (const { name, label, help, choiceTitles, required } of form.fields) {
        const choices = choiceTitles ? ` One of: ${choiceTitles.join(', ')}.` : '';
        parts.push(`- \`${name}\`${required ? '' : ' (optional)'}: ${help ?? label}${choices}`);
    }
    parts.push('## Notes', ...form.notes.map(({ title, text }) => `- **${title}**: ${text}`));
    parts.push('## Errors', ...descriptor.errors.map(({ type, code, cause, solution }) => `- **${type}** (\`${code}\`): ${cause}. ${solution}.`));
    return parts.filter(Boolean).join('\n');
}

/** A run in a list of many: without what may be long. */
function lineOf(run) {
    const { taskId, node, createdAt, ending } = run.record;
    return {
        run: taskId,
        node,
        status: run.status,
        started_at: new Date(createdAt).toISOString(),
        ended_at: ending && new Date(ending.at).toISOString(),
        ...(ending === null ? { progress: fractionOf(run.progress), message: progressText(run.progress) } : {}),
    };
}

/** What anybody who may see the run is told of it. */
function summaryOf(run) {
    const { ending } = run.record;
    return {
        ...lineOf(run),
        input: shownInput(run.record),
        ...(ending?.output ? { output: ending.output } : {}),
        ...(ending?.error ? { error: { code: ending.error.code, message: ending.error.message, charged: ending.error.charged } } : {}),
    };
}

class Resources {
    #calls;
    #nodes;
    #app;
    #keeper;

    /** `app`: {uri, contents(owner): of the resource}; `keeper`: of files. */
    constructor({ calls, nodes, app, keeper }) {
        this.#calls = calls;
        this.#nodes = nodes;
        this.#app = app;
        this.#keeper = keeper;
    }

    get templates() {
        return [
            { uriTemplate: runUri('{run}'), name: 'run', title: 'A run', description: 'Its state, input and output', mimeType: 'application/json' },
            {
                uriTemplate: `${runUri('{run}')}/{output}`,
                name: 'file',
                title: 'A file that a run made',
                description: 'Its address, and where it was kept',
                mimeType: 'application/json',
            },
            {
                uriTemplate: `${runUri('{run}')}/{output}/content`,
                name: 'content',
                title: 'The content of a file that a run made',
                description: 'The bytes; for programs that show it, as it may be large',
            },
        ];
    }

    list(caller) {
        const help = this.#nodes.map(({ descriptor }) => ({
            uri: helpUri(descriptor.actionId),
            name: `${descriptor.actionId}_help`,
            title: `${descriptor.title}: help`,
            mimeType: 'text/markdown',
        }));
        const runs = this.#calls.ofOwner(caller.owner).slice(0, mostListed).map((run) => this.#listed(run));
        return [this.#app.definition, ...help, { uri: `${scheme}//runs`, name: 'runs', title: 'The newest runs', mimeType: 'application/json' }, ...runs.flat()];
    }

    #listed(run) {
        const { taskId, node, createdAt } = run.record;
        const title = `${node}, ${new Date(createdAt).toISOString()}: ${run.status}`;
        const entry = { uri: runUri(taskId), name: taskId, title, mimeType: 'application/json' };
        const files = this.#filesOf(run).map(({ name }) => ({
            uri: fileUri(taskId, name),
            name: `${taskId}_${name}`,
            title: `${title}: ${name}`,
            mimeType: 'application/json',
        }));
        return [entry, ...files];
    }

    #filesOf(run) {
        const node = this.#calls.nodeOf(run);
        const { ending } = run.record;
        return node !== undefined && ending?.status === 'succeeded' ? filesOf(node, ending.output) : [];
    }

    /** The contents; null: there is no such resource for that caller. */
    async read(uri, caller) {
        if (uri === this.#app.definition.uri) {
            return this.#app.contents(caller.owner);
        }
        if (uri === `${scheme}//runs`) {
            return json(uri, this.#calls.ofOwner(caller.owner).slice(0, mostInList).map(lineOf));
        }
        const parts = partsOf(uri);
        if (parts === null) {
            return null;
        }
        if (parts.kind === 'help') {
            const node = parts.file === null ? this.#nodes.find(({ descriptor }) => descriptor.actionId === parts.name) : undefined;
            return node === undefined ? null : [{ uri, mimeType: 'text/markdown', text: helpOf(node) }];
        }
        const run = await this.#calls.find(parts.name, caller.owner);
        if (run === null) {
            return null;
        }
        if (parts.file === null) {
            return json(uri, summaryOf(run));
        }
        const file = this.#filesOf(run).find(({ name }) => name === parts.file);
        if (file === undefined) {
            return null;
        }
        if (parts.isContent) {
            return await this.#keeper.content(uri, run, file, caller.signal);
        }
        return json(uri, { url: file.url, kind: file.kind, kept_as: await this.#keeper.pathOf(run, file) });
    }
}

module.exports = { Resources, fileUri, partsOf };
