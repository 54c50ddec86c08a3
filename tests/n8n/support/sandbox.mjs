// The project's local stand-in for the service, which renders real videos.
import path from 'node:path';

import { Child } from './child.mjs';
import { repository } from './places.mjs';
import { until } from './waiting.mjs';

const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));

export async function startSandbox() {
    const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
    const child = new Child(path.join(build, 'sandbox', 'pixelml-sandbox'), ['--port', '0', '--image', photo]);
    const url = await until(
        () => `the sandbox to start: ${child.output}`,
        () => {
            if (child.over) {
                throw new Error(`The sandbox ended: ${child.output}`);
            }
            return /http:\/\/[0-9.:]+/.exec(child.output)?.[0];
        },
    );
    return { url, image: `${url}/image`, end: () => child.end() };
}
