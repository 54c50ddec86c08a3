'use strict';
// What the tools do. Knows the protocol's shapes of results, but neither its connections nor its methods.
const { answerOf, filesOf, refusal } = require('./answers');
const { OpenQuestions, canAsk, questionOf, resultThatAsks, verdictOf } = require('./confirmation');
const { variablesOf } = require('./connections');
const { refusalByLimits, refusalBySize } = require('./decisions');
const { readArguments, readVariation } = require('./given_arguments');
const { largestArguments } = require('./limits');
const { nextProgress, progressText } = require('./progress');
const { Turns } = require('./turns');

/** A run that ends at once, as with an input that the node refuses, needs no task and no second call. */
const quickMs = 250;
const cancelMs = 20_000;
const progressEveryMs = 1000;
const quietMs = 3000;

class ToolCalls {
    #runs;
    #tools;
    #nodes;
    #accounts;
    #settings;
    #inputFiles;
    #keeper;
    #turns = new Turns();
    #questions = new OpenQuestions();
    #beginning = new Map(); // ask -> what counts for the limits until its run is there

    constructor({ runs, tools, nodes, accounts, settings, inputFiles, keeper }) {
        this.#runs = runs;
        this.#tools = tools;
        this.#nodes = new Map(nodes.map((node) => [node.descriptor.actionId, node]));
        this.#accounts = accounts;
        this.#settings = settings;
        this.#inputFiles = inputFiles;
        this.#keeper = keeper;
    }

    tool(name) {
        return this.#tools.get(name);
    }

    nodeOf(run) {
        return this.#nodes.get(run.record.node);
    }

    /**
     * {result}, or {run} where the call is to go on as a task.
     * `caller`: {owner, session, capabilities, elicit: asks its person, null where the result does, hasLinks, wantsTask}; `request`: {arguments, responses: to what was asked,
     * signal, onProgress}.
     */
    async call(tool, caller, request) {
        switch (tool.kind) {
            case 'collect':
                return { result: await this.#collect(caller, request) };
            case 'cancel':
                return { result: await this.#cancel(caller, request) };
            default:
                return await this.#run(tool, caller, request);
        }
    }

    async #run({ kind, node }, caller, { arguments: given, responses, signal, onProgress }) {
        const read = await this.#read(node, given);
        if (read.problem !== null) {
            return { result: refusal(`Nothing was started or paid. ${read.problem}`) };
        }
        const what = { ...read, owner: caller.owner, session: caller.session, node };
        let found;
        try {
            found = await this.#findOrBegin(what, caller, { responses, signal });
        } finally {
            await this.#inputFiles.release(read.inputFiles, found?.run?.record.inputFiles);
        }
        const { stop, run, decision } = found;
        if (stop !== undefined) {
            return { result: stop };
        }
        await this.#end(run, quickMs);
        if (caller.wantsTask && kind === 'run') {
            return { run };
        }
        if (kind === 'run') {
            await this.#wait(run, this.#settings.answerWithinMs, signal, onProgress);
        }
        return { result: await this.resultOf(run, caller, { isRepeated: decision === 'same' }) };
    }

    /** {run, decision}, or {stop: the result}. */
    async #findOrBegin(what, caller, request) {
        const ask = this.#accounts.askOf(what);
        for (;;) { // once, unless what was foreseen changes meanwhile
            const decision = await this.#runs.foresee(ask);
            if (decision === 'new' && !this.#beginning.has(ask)) {
                let stop = this.#refusalOf(what, caller);
                if (stop === null && this.#needsConsent(what.node, caller)) {
                    stop = (await this.#withoutConsent(ask, what, caller, request)) ?? this.#refusalOf(what, caller); // others may have begun
                }
                if (stop !== null) {
                    return { stop };
                }
                this.#beginning.set(ask, { createdAt: Date.now(), session: caller.session, ending: null });
            }
            const run = await this.#runs.ask(ask, { ...what, mayBegin: decision === 'new' }).finally(() => this.#beginning.delete(ask));
            if (run !== null) {
                return { run, decision };
            }
        }
    }

    async #read(node, given) {
        const { [node.variation]: variation, ...all } = given ?? {};
        const { values, inputFiles, problem } = await this.#inputFiles.take(node.form.fields, all);
        if (problem !== undefined) {
            return { problem };
        }
        const read = this.#readValues(node, values, variation);
        if (read.problem !== null) {
            await this.#inputFiles.release(inputFiles);
        }
        return { ...read, inputFiles };
    }

    #readValues(node, values, variation) {
        if (JSON.stringify(values).length > largestArguments) {
            return { problem: 'The arguments are larger than 1 MiB.' };
        }
        const { input, ignored, problem } = readArguments(node.form.fields, values, node);
        const others = ignored.slice(0, 10).join(', ').slice(0, 200);
        const warnings = ignored.length > 0 ? [`Not used, as ${node.toolName} does not have it: ${others}.`] : [];
        return { input, warnings, problem, variation: readVariation(variation) };
    }

    /** A result where nothing may begin; null: go on. */
    #refusalOf({ node, input }, caller) {
        const { connection } = node.descriptor;
        if (connection?.required && this.#accounts.connectionOf(node) === null) {
            return refusal(
                `Nothing was started or paid: the server has no ${connection.name}`,
                `The person who set it up can give it ${variablesOf(connection)} in its environment, or a file with --connection`,
            );
        }
        const { all, bytes } = this.#runs.known;
        const records = [...all.map(({ record }) => record), ...this.#beginning.values()];
        const refused =
            refusalBySize(bytes + JSON.stringify(input).length) ??
            refusalByLimits(records, this.#settings.limits, caller.session, Date.now());
        return refused === null ? null : refusal(refused);
    }

    #needsConsent(node, caller) {
        return this.#settings.confirms && node.form.price !== null && canAsk(caller.capabilities);
    }

    /** A result where the person has not agreed to the price; null: go on. */
    async #withoutConsent(ask, { node, inputFiles }, caller, { responses, signal }) {
        const question = questionOf(node, Object.values(inputFiles).map(({ name }) => name));
        const verdict = caller.elicit
            ? await this.#questions.verdictOn(ask, (options) => caller.elicit(question, options), this.#settings.answerWithinMs, signal)
            : verdictOf(responses);
        const nothing = 'Nothing was started or paid: the person was asked about the price, and';
        switch (verdict) {
            case 'yes':
                return null;
            case 'ask':
                return resultThatAsks(question);
            case 'no':
                return refusal(`${nothing} did not agree`);
            case 'late':
                return refusal(`${nothing} has not answered yet`, 'The question stays open: make the same call again');
            default:
                return refusal(
                    `Nothing was started or paid: the client could not ask its person about the price: ${verdict.failure}`,
                    'The person who set the server up can turn the question off with --no-confirm',
                );
        }
    }

    /** Resolves when the run is over or the time is, and it is this call's turn: a thousand may wait for the same moment. */
    async #end(run, ms, signal) {
        await run.wait(ms, signal);
        await this.#turns.next();
    }

    async #wait(run, ms, signal, onProgress) {
        if (!onProgress || run.over) {
            await this.#end(run, ms, signal);
            return;
        }
        let last = 0;
        let toldAt = -Infinity;
        let ended = false;
        const tell = async () => {
            const now = performance.now();
            if (now - toldAt >= progressEveryMs) {
                toldAt = now;
                await this.#turns.next();
                if (!ended) {
                    last = nextProgress(last, run.progress);
                    onProgress({ progress: last, total: 1, message: progressText(run.progress) });
                }
            }
        };
        tell();
        const unwatch = run.watch(tell);
        const timer = setInterval(tell, quietMs); // a client may take silence for the end
        try {
            await this.#end(run, ms, signal);
        } finally {
            ended = true;
            clearInterval(timer);
            unwatch();
        }
    }

    async #find(given, caller, options) {
        const taskId = typeof given?.run === 'string' ? given.run.trim() : '';
        return taskId === '' ? null : await this.#runs.find(taskId, caller.owner, options);
    }

    async #collect(caller, { arguments: given, signal, onProgress }) {
        const run = await this.#find(given, caller, { goOn: true });
        if (run === null) {
            return this.#unknownRun();
        }
        const seconds = Number(given.wait_seconds ?? Infinity);
        const most = this.#settings.answerWithinMs;
        const ms = seconds >= 0 ? Math.min(seconds * 1000, most) : most;
        if (ms > 0) {
            await this.#wait(run, ms, signal, onProgress);
        }
        return await this.resultOf(run, caller);
    }

    #unknownRun() {
        return refusal('There is no such run, or no longer: give the run as the call that began it named it');
    }

    async #cancel(caller, { arguments: given, signal }) {
        const run = await this.#find(given, caller);
        if (run === null) {
            return this.#unknownRun();
        }
        if (!run.over) {
            const obstacle = await this.#runs.cancel(run);
            if (obstacle !== null) {
                return refusal(obstacle);
            }
            await this.#end(run, cancelMs, signal);
        }
        const { ending, taskId } = run.record;
        const text = ending === null ? 'is being cancelled' : { cancelled: 'is cancelled' }[ending.status] ?? `is over: it ${ending.status}`;
        return { content: [{ type: 'text', text: `The run ${taskId} ${text}.` }] };
    }

    /** The result of a call of that run, in any state. */
    async resultOf(run, caller, { isRepeated = false } = {}) {
        const node = this.nodeOf(run);
        if (node === undefined) {
            return refusal(`No module that the server has loaded has the node ${run.record.node}`);
        }
        const files = run.record.ending?.status === 'succeeded' ? filesOf(node, run.record.ending.output) : [];
        const kept = await this.#keeper.kept(run, files, { wantsStill: !caller.hasApp });
        return answerOf(node, run, { isRepeated, hasLinks: caller.hasLinks, ...kept });
    }

    find(taskId, owner) {
        return this.#runs.find(taskId, owner);
    }

    ofOwner(owner) {
        return this.#runs.known.ofOwner(owner);
    }

    /** Resolves with null, or a sentence why it cannot be cancelled. */
    cancel(run) {
        return this.#runs.cancel(run);
    }

    get definitions() {
        return [...this.#tools.values()].map(({ definition }) => definition);
    }
}

module.exports = { ToolCalls };
