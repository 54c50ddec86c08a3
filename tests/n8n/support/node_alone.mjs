// The node of the package as it is built here, executed without n8n. To be imported before anything that loads the package:
// its worker reads the environment once.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before } from 'node:test';

import { contextOf } from './built_package.mjs';
import { repository, temporaryDirectory } from './places.mjs';

const require = createRequire(import.meta.url);
export const directory = temporaryDirectory();
process.env.N8N_USER_FOLDER = directory;

/** A file of the package's dist/. */
export const load = (...names) => require(path.join(repository, 'hosts', 'n8n', 'dist', ...names));

/**
 * Lets the server run for as long as the file's tests do. Returns how to execute the node against it: what its outputs get.
 * `more`: as contextOf has it.
 */
export function nodeAt(server) {
    const { ImageToVideo } = load('nodes', 'ImageToVideo', 'ImageToVideo.node.js');
    const { worker } = load('lib', 'worker.js');
    before(async () => {
        await server.start();
    });
    after(async () => {
        await worker.session.close();
        await server.end();
        fs.rmSync(directory, { recursive: true, force: true });
    });
    return (parameters, more = {}) => {
        const type = new ImageToVideo();
        const credentials = { pixelMlApi: { api_key: 'key', base_url: server.url, allow_insecure_loopback: true } };
        return type.execute.call(contextOf(type, parameters, { credentials, ...more }));
    };
}
