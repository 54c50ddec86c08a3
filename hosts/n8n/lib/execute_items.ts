// All items of one execution of the node: their runs go on side by side in the process's one session, each ends by itself,
// and what one of them fails at costs no other its video.
import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { connectionUses } from '../credentials/ConnectionDescription';
import { inputUses } from '../nodes/ImageToVideo/InputsDescription';

import { collectRun, findByJob, findByRunKey, fromFlow } from './collect_run';
import { readConnection, readInput } from './inputs';
import { fieldsOfError, isSuspended, nodeErrorOf } from './item_error';
import { runNode, type RunEnd } from './node_run';
import { workerIsReplaced } from './replacement';
import { downloadVideo, limited } from './video_file';

/** Videos are large; a few at once fill the line. */
const downloadsAtOnce = 4;
const defaultLargestFile = 256;
/** The shortest wait for which n8n puts an execution aside is 65 s. */
const shortestWaitSeconds = 65;

interface Options extends IDataObject {
    largestFile?: number;
    runKey?: string;
    timeout?: number;
    wait?: number;
}

/** The name of the run: the same when n8n repeats it after a crash, another for every other run. */
function nameOf(context: IExecuteFunctions, item: number, chosen: string | undefined) {
    const runIndex = context.getWorkflowDataProxy(item).$runIndex as number;
    const node = context.getNode().id;
    return {
        runKey: chosen || [context.getExecutionId(), node, runIndex, item].join(':'),
        place: [context.getWorkflow().id, node, runIndex, item].join(':'),
        repeats: (context.getMode() as string) === 'retry',
    };
}

async function collectItem(context: IExecuteFunctions, item: number, connection: IDataObject, options: Options) {
    const findBy = context.getNodeParameter('findBy', item) as string;
    const wanted = context.getNodeParameter(findBy, item);
    const run =
        findBy === 'checkpoint'
            ? fromFlow(wanted)
            : await (findBy === 'jobId' ? findByJob : findByRunKey)(String(wanted).trim());
    const waitMs = (options.wait ?? 0) * 1000;
    return await collectRun(run, connection, waitMs, context.getExecutionCancelSignal());
}

async function runItem(context: IExecuteFunctions, item: number, start: boolean, connection: IDataObject, options: Options) {
    const input = readInput(context, inputUses, item);
    const end = await runNode({
        ...nameOf(context, item, options.runKey),
        input,
        connection,
        start,
        timeoutMs: options.timeout ? options.timeout * 60_000 : undefined,
        signal: context.getExecutionCancelSignal(),
    });
    return { end, input };
}

function outputOf(end: RunEnd, input: IDataObject | undefined): IDataObject {
    const common = { status: end.status, run_key: end.runKey, job_id: end.jobId };
    const warnings = end.warnings.length > 0 ? { warnings: end.warnings } : {};
    if (end.status === 'succeeded') {
        return { ...end.output, ...common, ...warnings };
    }
    const wait = Math.max(Math.ceil((end.resumeAfterMs ?? 0) / 1000), shortestWaitSeconds);
    const checkpoint = input && { run_key: end.runKey, input, checkpoint: end.checkpoint };
    return { ...common, wait_seconds: wait, ...(checkpoint && { checkpoint }), ...warnings } as IDataObject;
}

type Download = ReturnType<typeof limited>;

async function executeItem(context: IExecuteFunctions, item: number, download: Download): Promise<INodeExecutionData> {
    const operation = context.getNodeParameter('operation', item) as 'generate' | 'start' | 'collect';
    const options = context.getNodeParameter('options', item, {}) as Options;
    const credentials = await context.getCredentials<ICredentialDataDecryptedObject>('pixelMlApi', item);
    const connection = readConnection(credentials, connectionUses);
    let end: RunEnd;
    let json: IDataObject;
    if (operation === 'collect') {
        end = await collectItem(context, item, connection, options);
        // What came in stays, so that the flow can ask again with it.
        json = { ...context.getInputData()[item].json, ...outputOf(end, undefined) };
    } else {
        const run = await runItem(context, item, operation === 'start', connection, options);
        end = run.end;
        json = outputOf(end, run.input);
    }
    const output: INodeExecutionData = { json, pairedItem: { item } };
    if (end.status === 'succeeded' && operation !== 'start' && context.getNodeParameter('download', item, false)) {
        const name = context.getNodeParameter('binaryPropertyName', item) as string;
        const limit = (options.largestFile ?? defaultLargestFile) * 2 ** 20;
        const url = end.output.video as string;
        const signal = context.getExecutionCancelSignal();
        output.binary = { [name]: await download(() => downloadVideo(context, url, limit, signal)) };
    }
    return output;
}

export async function executeItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const download = limited(downloadsAtOnce);
    const items = context.getInputData();
    const ends = await Promise.allSettled(items.map((_, item) => executeItem(context, item, download)));
    const failures = ends.flatMap((end, item) => (end.status === 'rejected' ? [{ item, error: end.reason as unknown }] : []));
    const suspended = failures.find(({ error }) => isSuspended(error));
    if (suspended && workerIsReplaced()) {
        // n8n ends this process and gives the execution to another worker, which goes on from the checkpoints.
        return await new Promise(() => {});
    }
    if (failures.length > 0 && (suspended || !context.continueOnFail())) {
        const { item, error } = suspended ?? failures[0];
        const nodeError = nodeErrorOf(context, error, item);
        const others = items.length - failures.length;
        if (others > 0) {
            nodeError.description = [
                nodeError.description,
                `${failures.length} of ${items.length} items failed. A retry of this execution gets the other ${others} without paying again.`,
            ]
                .filter(Boolean)
                .join(' ');
        }
        throw nodeError;
    }
    return [
        ends.map((end, item) =>
            // Only `error` and nothing else is what n8n sends to a node's error output.
            end.status === 'fulfilled' ? end.value : { json: { error: fieldsOfError(end.reason) }, pairedItem: { item } },
        ),
    ];
}
