// Compiled, not run: what a host written in TypeScript may and may not do.
import { load, ModuleError, prepareImage, RunError } from '../../../hosts/node/index.js';
import type { Module, NodeDescriptor, Progress, RunOptions, RunResult, Session } from '../../../hosts/node/index.js';

const module: Module = load('module.so');
const node: NodeDescriptor | undefined = module.find('image_to_video');
const required: boolean | undefined = node?.connection?.required;
const session: Session = module.open({
    host: { name: 'flows' },
    settings: { threads: 2 },
    onLog: (level, message) => console.log(level === 'warning', message.length),
});

const options: RunOptions = {
    node: 'image_to_video',
    input: { prompt: 'Zoom in' },
    connection: { api_key: '...' },
    suspend: { afterMs: 1000 },
    signal: AbortSignal.timeout(1000),
    onProgress: (progress: Progress) => console.log(progress.fraction?.toFixed(2), progress.jobId?.length),
    onCheckpoint: async ({ submission, jobId, json }) => console.log(submission === 'yes', jobId?.length, json.length),
};

export async function run(): Promise<object | null> {
    try {
        const result: RunResult = await session.execute(options);
        if (result.outcome === 'suspended') {
            console.log(result.resumeAfterMs?.toFixed());
            // @ts-expect-error: a suspended run has no output
            return result.output;
        }
        return result.output;
    } catch (error) {
        if (error instanceof RunError) {
            const charged: 'no' | 'yes' | 'unknown' = error.charged;
            console.log(charged, error.details[0]?.path, error.outcome === 'cancelled', error.cause.length);
        } else if (error instanceof ModuleError && error.code === 'session_closed') {
            console.log(error.message);
        }
        return null;
    } finally {
        await session.close();
    }
}

// @ts-expect-error: the node is missing
void session.execute({ input: {} });
// @ts-expect-error: there is no such suspend
void session.execute({ node: 'echo', input: {}, suspend: 'soon' });
// @ts-expect-error: descriptors are not to be changed
module.nodes = [];
const { cause, ...incomplete } = new RunError({
    type: 'Spending Limit',
    code: 'spending_limit',
    message: 'Too many runs',
    cause: 'So many have begun',
    solution: 'Raise the limit',
    retryable: true,
}).fields;
// @ts-expect-error: the cause is missing
new RunError(incomplete);
console.log(cause.length);
console.log(required);

void session.execute({
    node: 'image_to_video',
    input: { image: 'attachment:photo' },
    attachments: {
        photo: Buffer.from('photo'),
        path: '/tmp/photo.jpg',
        later: async ({ maxBytes, maxSide, mediaTypes }) => `/tmp/${maxBytes}.${maxSide?.toFixed()}.${mediaTypes[0]}`,
    },
});
// @ts-expect-error: a number is no file
void session.execute({ node: 'echo', input: {}, attachments: { photo: 7 } });

export async function prepare(): Promise<number> {
    const bytes = await prepareImage('photo.heic', { mediaTypes: ['image/jpeg'], maxBytes: 1_000_000, maxSide: null });
    // @ts-expect-error: neither a path nor bytes
    await prepareImage(3);
    return bytes.length + (await prepareImage(new Uint8Array(8))).length;
}
