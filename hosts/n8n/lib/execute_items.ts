// All items of one execution of the node: their runs proceed concurrently in the process's single session, each ends on its
// own, and a failure of one does not affect the others.
import type {
    ICredentialDataDecryptedObject,
    IDataObject,
    IExecuteFunctions,
    INodeExecutionData,
    INodeOutputConfiguration,
} from 'n8n-workflow';

import { atOnce } from '../native/durable/at_once';
import { hasExpired } from '../native/media/url_expiry';
import { connectionFacts, nodeFacts } from '../nodes/facts';

import {
    collectRun,
    failureOf,
    findByExecution,
    findByJob,
    findByRunKey,
    fromFlow,
    textOfRunKey,
    withStartFrom,
    type CollectFailure,
    type Collectable,
} from './collect_run';
import { ExecutionLimit, defaultMostRuns } from './execution_limit';
import { readConnection, readInput } from './inputs';
import { fieldsOfError, isSuspended, nodeErrorOf } from './item_error';
import { errorOf, forCollect, outputOf } from './item_output';
import { fetchMedia } from './media_file';
import { descriptorOf, mediaOf } from './node_facts';
import { RunFailed, runNode, type RunEnd } from './node_run';
import { workerIsReplaced } from './replacement';
import { worker } from './worker';

/** Files are large; a few at once saturate the connection. */
const downloadsAtOnce = 4;
const defaultLargestFile = 256;
const defaultGiveUpAfterHours = 24;

interface Options extends IDataObject {
    giveUpAfter?: number;
    largestFile?: number;
    mostRuns?: number;
    runKey?: string | number;
    timeout?: number;
    wait?: number;
}

/** One of the incoming items, and how it is to be processed. */
interface Order {
    context: IExecuteFunctions;
    /** The executing node's. */
    actionId: string;
    item: number;
    options: Options;
    connection: IDataObject | undefined;
    shared: Shared;
}

/** What the items of one execution of the node share. */
interface Shared {
    operation: 'generate' | 'start' | 'collect';
    /** The keys of the runs that were found by their execution: another item may name the same one. */
    collected: Set<string>;
    download: ReturnType<typeof atOnce>;
    limit: ExecutionLimit;
}

/** The name of the run: the same when n8n repeats it after a crash, another for every other run. */
function nameOf({ context, item, options }: Order) {
    const executionId = context.getExecutionId();
    const runIndex = context.getWorkflowDataProxy(item).$runIndex as number;
    const node = context.getNode().id;
    return {
        executionId,
        runKey: textOfRunKey(options.runKey) || [executionId, node, runIndex, item].join(':'),
        place: [context.getWorkflow().id, node, runIndex, item].join(':'),
        repeats: (context.getMode() as string) === 'retry',
    };
}

async function generate(order: Order): Promise<INodeExecutionData> {
    const { context, actionId, item, options, connection, shared } = order;
    const start = shared.operation === 'start';
    const { inputUses } = nodeFacts[actionId];
    const name = nameOf(order);
    const earlier = { isLikely: name.repeats, input: async () => (await worker.store.find(name.runKey))?.input };
    const { inputSchema } = descriptorOf(actionId);
    const { input, attachments, warnings } = await readInput(context, inputUses, inputSchema, item, earlier);
    await shared.limit.admit(name.runKey, options.mostRuns ?? defaultMostRuns);
    const end = await runNode({
        ...name,
        node: actionId,
        input,
        attachments,
        connection,
        start,
        timeoutMs: options.timeout ? options.timeout * 60_000 : undefined,
        signal: context.getExecutionCancelSignal(),
    });
    const json = outputOf({ ...end, warnings: [...warnings, ...end.warnings] });
    if (start) {
        return { json: { ...json, ...forCollect(end) }, pairedItem: { item } };
    }
    return (await withFile(order, end, { json, pairedItem: { item } })).item;
}

/** Returns an item for each run: one, or those of an execution, of which a failure does not affect the others. */
async function collect(order: Order): Promise<INodeExecutionData[]> {
    const { context, actionId, item, options, connection, shared } = order;
    const findBy = context.getNodeParameter('findBy', item) as string;
    const wanted = context.getNodeParameter(findBy, item);
    const patience = {
        waitMs: (options.wait ?? 0) * 1000,
        giveUpAfterHours: options.giveUpAfter ?? defaultGiveUpAfterHours,
        signal: context.getExecutionCancelSignal(),
    };
    // The incoming fields stay, so that the flow can ask again with them.
    const given = context.getInputData()[item].json;
    const itemOf = (end: RunEnd | CollectFailure) => ({ json: { ...given, ...outputOf(end) }, pairedItem: { item } });
    const deliver = async (run: Collectable) => {
        const end = await collectRun(actionId, withStartFrom(given.checkpoint, run), connection, patience);
        return await withFile(order, end, itemOf(end));
    };
    const itemFrom = async (run: Collectable) => {
        const delivered = await deliver(run);
        const mayBeRenewed = delivered.isExpired && run.output !== null && run.checkpoint !== null;
        const renewed = mayBeRenewed ? await deliver({ ...run, output: null }).catch(() => delivered) : delivered;
        // A service that no longer knows how its job ended takes nothing from what was delivered.
        return (hasStatus('succeeded')(renewed.item) ? renewed : delivered).item;
    };
    const name = String(wanted).trim();
    if (findBy === 'executionId') {
        const found = await findByExecution(name);
        // An item that comes back from a wait is one of those that it has become.
        const own = given.status === 'rendering' ? found.filter(({ runKey }) => runKey === given.run_key) : [];
        const runs = (own.length > 0 ? own : found).filter(({ runKey }) => !shared.collected.has(runKey));
        runs.forEach(({ runKey }) => shared.collected.add(runKey));
        const failed = (end: CollectFailure) =>
            hasErrorOutput(context) ? { json: { error: errorOf(end) }, pairedItem: { item } } : itemOf(end);
        return await Promise.all(runs.map((run) => itemFrom(run).catch((error) => failed(failureOf(run, error)))));
    }
    const run = findBy === 'checkpoint' ? fromFlow(wanted) : await (findBy === 'jobId' ? findByJob : findByRunKey)(name);
    try {
        return [await itemFrom(run)];
    } catch (error) {
        throw new RunFailed(run.runKey, error);
    }
}

const hasStatus = (status: RunEnd['status']) => ({ json }: INodeExecutionData) => json.status === status;
const isRendering = hasStatus('rendering');

/** n8n's Wait takes the time for all of its items from the first one: so that none waits for a slower one, all say the same. */
function agreeOnWait(awaited: INodeExecutionData[]) {
    const shortest = Math.min(...awaited.map(({ json }) => json.wait_seconds as number));
    for (const { json } of awaited) {
        json.wait_seconds = shortest;
    }
}

/** n8n sends an item there if `error` is its only field. */
const isForErrors = ({ category }: INodeOutputConfiguration) => category === 'error';
const hasErrorOutput = (context: IExecuteFunctions) => context.getNodeOutputs().some(isForErrors);

/** Of Collect, as the node's type has them for its version; an agent's tool has one. */
function byOutput(context: IExecuteFunctions, items: INodeExecutionData[]): INodeExecutionData[][] {
    const outputs = context.getNodeOutputs().filter((output) => !isForErrors(output));
    return outputs.length < 2 ? [items] : [items.filter((item) => !isRendering(item)), items.filter(isRendering)];
}

interface Delivered {
    item: INodeExecutionData;
    /** The service may have another URL by now. */
    isExpired: boolean;
}

/** Adds the file if requested, or a warning: the output is paid for, and its URL is useful without the file. */
async function withFile({ context, item, options, shared }: Order, end: RunEnd, output: INodeExecutionData): Promise<Delivered> {
    const media = end.status === 'succeeded' ? mediaOf(end) : undefined;
    if (media === undefined) {
        return { item: output, isExpired: false };
    }
    if (!context.getNodeParameter('download', item, false)) {
        return { item: output, isExpired: hasExpired(media.url) };
    }
    const name = context.getNodeParameter('binaryPropertyName', item) as string;
    const limit = (options.largestFile ?? defaultLargestFile) * 2 ** 20;
    const abortSignal = context.getExecutionCancelSignal();
    const fetched = await shared.download(() => fetchMedia(context, media, limit, { abortSignal }));
    const { json } = output;
    if (fetched.file === undefined) {
        const warnings = [...((json.warnings ?? []) as IDataObject[]), fetched.warning];
        return { item: { ...output, json: { ...json, warnings } }, isExpired: fetched.isRefused };
    }
    const { file, facts } = fetched;
    const { output: own } = end as RunEnd & { output: IDataObject };
    return { item: { ...output, json: { ...json, ...facts, ...own }, binary: { [name]: file } }, isExpired: false };
}

async function connectionOf(context: IExecuteFunctions, actionId: string, item: number) {
    const { credential } = nodeFacts[actionId];
    if (credential === null || connectionFacts === null) {
        return undefined;
    }
    const isChosen = context.getNode().credentials?.[credential] !== undefined;
    // n8n has no answer but an error for a credential that nobody chose.
    if (!isChosen && !descriptorOf(actionId).connection?.required) {
        return undefined;
    }
    const values = await context.getCredentials<ICredentialDataDecryptedObject>(credential, item);
    return readConnection(values, connectionFacts.uses);
}

async function executeItem(
    context: IExecuteFunctions,
    actionId: string,
    item: number,
    shared: Shared,
): Promise<INodeExecutionData[]> {
    const options = context.getNodeParameter('options', item, {}) as Options;
    const connection = await connectionOf(context, actionId, item);
    const order = { context, actionId, item, options, connection, shared };
    return shared.operation === 'collect' ? await collect(order) : [await generate(order)];
}

/** `actionId`: the module's name for the node. */
export async function executeItems(context: IExecuteFunctions, actionId: string): Promise<INodeExecutionData[][]> {
    const limit = new ExecutionLimit(() => worker.store, context.getExecutionId(), context.getNode().id);
    const operation = context.getNodeParameter('operation', 0) as Shared['operation'];
    const shared: Shared = { operation, collected: new Set(), download: atOnce(downloadsAtOnce), limit };
    const items = context.getInputData();
    const ends = await Promise.allSettled(items.map((_, item) => executeItem(context, actionId, item, shared)));
    limit.close();
    const failures = ends.flatMap((end, item) => (end.status === 'rejected' ? [{ item, error: end.reason as unknown }] : []));
    const suspended = failures.find(({ error }) => isSuspended(error));
    if (suspended && workerIsReplaced()) {
        // n8n ends this process and gives the execution to another worker, which resumes from the checkpoints.
        return await new Promise(() => {});
    }
    if (failures.length > 0 && (suspended || !context.continueOnFail())) {
        const { item, error } = suspended ?? failures[0];
        const nodeError = nodeErrorOf(context, error, item);
        const others = items.length - failures.length;
        if (others > 0) {
            nodeError.description = [
                nodeError.description,
                `${failures.length} of ${items.length} items failed. The other ${others} are not paid again: retry this execution, ` +
                    "or let the node continue on error (On Error in its settings), so that they go on without what has failed.",
            ]
                .filter(Boolean)
                .join(' ');
        }
        throw nodeError;
    }
    const results = ends.flatMap((end, item) =>
        end.status === 'fulfilled' ? end.value : [{ json: { error: fieldsOfError(end.reason) }, pairedItem: { item } }],
    );
    agreeOnWait(results.filter((item) => isRendering(item) || (operation === 'start' && item.json.wait_seconds !== undefined)));
    return operation === 'collect' ? byOutput(context, results) : [results];
}
