// The project's local stand-in for the service, which renders real videos.
import path from 'node:path';

import { Child } from '../../support/child.js';

import { build, repository } from './places.mjs';

export async function startSandbox() {
    const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
    const child = new Child(path.join(build, 'sandbox', 'pixelml-sandbox'), ['--port', '0', '--image', photo]);
    const [url] = await child.says(/http:\/\/[0-9.:]+/, 'the sandbox');
    return { url, image: `${url}/image`, end: () => child.end() };
}
