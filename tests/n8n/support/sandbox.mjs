// The project's local stand-in for the service, which renders real videos.
import path from 'node:path';

import { Child } from '../../support/child.js';

import { build, repository } from './places.mjs';

/** `key`: the only API key that it takes. */
export async function startSandbox(key) {
    const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
    const child = new Child(path.join(build, 'sandbox', 'pixelml-sandbox'), ['--port', '0', '--image', photo], {
        env: { ...process.env, PIXELML_SANDBOX_API_KEY: key },
    });
    const [url] = await child.says(/http:\/\/[0-9.:]+/, 'the sandbox');
    /** The jobs that were submitted as AgenticFlow's runs of the workflow, the newest first. */
    const workflowRuns = async (workflow) => {
        const headers = { authorization: `Bearer ${key}` };
        const answer = await fetch(`${url}/v1/workspaces/any/workflows/${workflow}/runs`, { headers });
        return (await answer.json()).items;
    };
    return { url, image: `${url}/image`, workflowRuns, end: () => child.end() };
}
