// Runs of three modules under way, with every callback there is: for tests of what ends amid them.
import { load } from '../../../hosts/node/index.js';

/** Calls onBusy once when callbacks come from a module, {callback, example, pixelml}; pixelml needs a server's port. */
export function startBusyRuns({ callback, example, pixelml, port, closedFile = '' }, onBusy) {
    let told = 0;
    const busy = () => {
        told += 1;
        if (told === 20) {
            onBusy();
        }
    };
    const callbacks = {
        onProgress: busy,
        onCheckpoint: () => new Promise((resolve) => setTimeout(resolve, 1)),
    };
    const ended = [];
    const start = (session, run) => ended.push(session.execute({ ...run, ...callbacks }));

    const callbackSession = load(callback).open({ settings: { closed_file: closedFile }, onLog: () => {} });
    const exampleSession = load(example).open({ onLog: () => {} });
    for (let i = 0; i < 4; i += 1) {
        start(callbackSession, { node: 'storm', input: { hold: 1 } });
        start(callbackSession, { node: 'checkpoints', input: { checkpoints: 1 }, checkpointTimeoutMs: 30_000 });
        start(callbackSession, {
            node: 'attachments',
            input: { attachments: 1, patience: 60_000 },
            attachments: { 'one file': () => new Promise(() => {}) },
        });
        start(exampleSession, { node: 'slow_echo', input: { text: '', milliseconds: 60_000 } });
    }
    const base = `http://127.0.0.1:${port}`;
    const pixelmlSession = load(pixelml).open();
    for (let i = 0; i < 4; i += 1) {
        start(pixelmlSession, {
            node: 'image_to_video',
            input: { prompt: 'slow', image: `${base}/image.png`, negative_prompt: null },
            connection: { api_key: 'test', base_url: base, allow_insecure_loopback: true },
        });
    }
    return { sessions: [callbackSession, exampleSession, pixelmlSession], ended };
}
