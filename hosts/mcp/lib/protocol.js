'use strict';
// The protocol's methods, for one connection or, in revision 2026-07-28 over HTTP, for one request.
//
// The SDK's low-level Server: the tools' schemas are JSON, from the modules, and tasks are answered from what is on the
// disk. The same handlers serve the revisions up to 2025-11-25 and 2026-07-28.
const crypto = require('node:crypto');
const {
    MissingRequiredClientCapabilityError,
    ProtocolError,
    ProtocolErrorCode,
    ResourceNotFoundError,
    Server,
} = require('@modelcontextprotocol/server');
const { detailedTask2026, extensionId, isOver, task2025, task2026, withRelatedTask } = require('./task_shapes');

const { name, version } = require('../package.json');

const appExtensionId = 'io.modelcontextprotocol/ui';
const localOwner = 'local';
/** Of the one client of a server over stdin and stdout. */
const localSession = crypto.randomUUID();
const listPage = 100;
/** Of a task that a client waits for. */
const longestWaitMs = 24 * 3_600_000;

/** The parameters of the methods of the extension, which the SDK has no schema of. */
const taskParams = {
    '~standard': {
        version: 1,
        vendor: name,
        validate: (value) => (typeof value?.taskId === 'string' ? { value } : { issues: [{ message: 'taskId must be a string' }] }),
    },
};

const unknownTask = () => new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such task, or no longer');

const hasExtension = (capabilities, id) => capabilities?.extensions?.[id] !== undefined;

/** Who asks, and what the client can do. */
function callerOf(server, ctx) {
    const envelope = ctx.mcpReq.envelope;
    const capabilities = envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? server.getClientCapabilities() ?? {};
    const owner = ctx.http?.authInfo?.clientId ?? localOwner;
    return {
        owner,
        session: ctx.sessionId ?? (owner === localOwner ? localSession : owner),
        capabilities,
        signal: ctx.mcpReq.signal,
        isModern: envelope !== undefined,
        elicit: envelope === undefined ? (question, options) => ctx.mcpReq.elicitInput(question, options) : null,
        hasLinks: envelope !== undefined || (server.getNegotiatedProtocolVersion() ?? '') >= '2025-06-18',
        hasApp: hasExtension(capabilities, appExtensionId),
    };
}

function progressOf(request, ctx, report) {
    const progressToken = request.params?._meta?.progressToken;
    if (progressToken === undefined) {
        return undefined;
    }
    return (params) => {
        ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, ...params } }).catch(report);
    };
}

/** A part of a list, from where the cursor says. */
function page(list, cursor, size = listPage) {
    const start = cursor === undefined ? 0 : Number(/^\d{1,9}$/.exec(cursor)?.[0] ?? NaN);
    if (!(start <= list.length)) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not one of this list');
    }
    const end = start + size;
    return { part: list.slice(start, end), ...(end < list.length ? { nextCursor: String(end) } : {}) };
}

class Protocol {
    #calls;
    #resources;
    #prompts;
    #settings;
    #instructions;
    #validator;
    #log;

    constructor({ calls, resources, prompts, settings, instructions, log }) {
        this.#calls = calls;
        this.#resources = resources;
        this.#prompts = prompts;
        this.#settings = settings;
        this.#instructions = instructions;
        this.#log = log;
    }

    /** For one connection, not yet connected. `era`: "modern" from 2026-07-28 on. */
    serverFor({ era }) {
        const capabilities = {
            tools: {},
            resources: {},
            prompts: {},
            ...(era === 'modern'
                ? { extensions: { [extensionId]: {}, [appExtensionId]: {} } }
                : { extensions: { [appExtensionId]: {} }, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } }),
        };
        const server = new Server(
            { name, version, title: 'Workflow nodes' },
            { capabilities, instructions: this.#instructions, jsonSchemaValidator: this.#sharedValidator() },
        );
        server.onerror = (error) => this.#log('debug', error.message);
        this.#addTools(server, era);
        this.#addTasks(server, era);
        this.#addLists(server);
        return server;
    }

    /** Each server would make one of its own, for each request. Nothing is validated with it but answers to questions. */
    #sharedValidator() {
        this.#validator ??= { getValidator: () => (value) => ({ valid: true, data: value, errorMessage: undefined }) };
        return this.#validator;
    }

    #addTools(server, era) {
        server.setRequestHandler('tools/list', () => ({ tools: this.#calls.definitions }));
        server.setRequestHandler('tools/call', async (request, ctx) => {
            const caller = callerOf(server, ctx);
            const tool = this.#calls.tool(request.params.name);
            if (tool === undefined) {
                throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${String(request.params.name).slice(0, 100)}`);
            }
            caller.wantsTask = era === 'modern' ? hasExtension(caller.capabilities, extensionId) : request.params.task !== undefined;
            if (era !== 'modern' && caller.wantsTask && tool.kind !== 'run') {
                throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${request.params.name} does not run as a task`);
            }
            const { result, run } = await this.#calls.call(tool, caller, {
                arguments: request.params.arguments,
                responses: ctx.mcpReq.inputResponses,
                signal: ctx.mcpReq.signal,
                onProgress: progressOf(request, ctx, (error) => this.#log('debug', error.message)),
            });
            return run === undefined ? result : await this.#asTask(run, caller);
        });
    }

    async #asTask(run, caller) {
        const now = Date.now();
        if (!caller.isModern) {
            // The SDK's schema of a call's result wants content.
            return { task: task2025(run, now, this.#settings.keepMs), content: [] };
        }
        if (isOver(run)) {
            return await this.#calls.resultOf(run, caller);
        }
        return { resultType: 'task', ...task2026(run, now, this.#settings.keepMs) };
    }

    async #find(server, request, ctx) {
        const caller = callerOf(server, ctx);
        if (caller.isModern && !hasExtension(caller.capabilities, extensionId)) {
            throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [extensionId]: {} } } });
        }
        const run = await this.#calls.find(request.taskId, caller.owner);
        if (run === null) {
            throw unknownTask();
        }
        return { run, caller };
    }

    async #cancel(run) {
        const obstacle = await this.#calls.cancel(run);
        if (obstacle !== null) {
            throw new ProtocolError(ProtocolErrorCode.InternalError, obstacle);
        }
    }

    #addTasks(server, era) {
        const keepMs = this.#settings.keepMs;
        if (era === 'modern') {
            server.setRequestHandler('tasks/get', { params: taskParams }, async (params, ctx) => {
                const { run, caller } = await this.#find(server, params, ctx);
                const result = isOver(run) ? { resultType: 'complete', ...(await this.#calls.resultOf(run, caller)) } : undefined;
                return detailedTask2026(run, Date.now(), keepMs, result);
            });
            server.setRequestHandler('tasks/update', { params: taskParams }, async (params, ctx) => {
                await this.#find(server, params, ctx); // a run asks nothing once it has begun
                return {};
            });
            server.setRequestHandler('tasks/cancel', { params: taskParams }, async (params, ctx) => {
                const { run } = await this.#find(server, params, ctx);
                if (!isOver(run)) {
                    await this.#cancel(run);
                }
                return {};
            });
            return;
        }
        server.setRequestHandler('tasks/get', async (request, ctx) => {
            const { run } = await this.#find(server, request.params, ctx);
            return task2025(run, Date.now(), keepMs);
        });
        server.setRequestHandler('tasks/result', async (request, ctx) => {
            const { run, caller } = await this.#find(server, request.params, ctx);
            await run.wait(longestWaitMs, ctx.mcpReq.signal);
            return withRelatedTask(await this.#calls.resultOf(run, caller), run.record.taskId);
        });
        server.setRequestHandler('tasks/cancel', async (request, ctx) => {
            const { run } = await this.#find(server, request.params, ctx);
            if (isOver(run)) {
                throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The task is over already: ${run.status}`);
            }
            await this.#cancel(run);
            return task2025(run, Date.now(), keepMs);
        });
        server.setRequestHandler('tasks/list', (request, ctx) => {
            const { part, ...next } = page(this.#calls.ofOwner(callerOf(server, ctx).owner), request.params?.cursor);
            const now = Date.now();
            return { tasks: part.map((run) => task2025(run, now, keepMs)), ...next };
        });
    }

    #addLists(server) {
        server.setRequestHandler('resources/list', (request, ctx) => {
            const { part, ...next } = page(this.#resources.list(callerOf(server, ctx)), request.params?.cursor);
            return { resources: part, ...next };
        });
        server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: this.#resources.templates }));
        server.setRequestHandler('resources/read', async (request, ctx) => {
            const contents = await this.#resources.read(request.params.uri, callerOf(server, ctx));
            if (contents === null) {
                throw new ResourceNotFoundError(request.params.uri.slice(0, 200));
            }
            return { contents };
        });
        server.setRequestHandler('prompts/list', () => ({ prompts: this.#prompts.list }));
        server.setRequestHandler('prompts/get', (request) => {
            const prompt = this.#prompts.get(request.params.name, request.params.arguments);
            if (prompt === null) {
                throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${request.params.name.slice(0, 100)}`);
            }
            return prompt;
        });
    }
}

module.exports = { Protocol };
