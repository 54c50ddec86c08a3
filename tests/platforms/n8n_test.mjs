// n8n on each platform: its installer puts in the package that scripts/package has made, and a workflow makes videos. Its npm is
// that of this machine. Its database is PostgreSQL: the binding of SQLite is made for each platform, and npm has it for none.
import { test } from 'node:test';

import { NpmOfN8n } from '../n8n/support/npm_of_n8n.mjs';
import { n8nDirectory } from '../n8n/support/places.mjs';
import { Scenario } from '../n8n/support/scenario.mjs';
import { photos } from '../n8n/support/workflows.mjs';
import { descriptionIn } from '../support/packed_package.js';

import { assertLoaded, hasPlatform, inModules, packageOf, programOf, runtimes } from './machines.mjs';

const file = packageOf('n8n-nodes-');
const { name: packageName, version } = descriptionIn(file);
const modules = (major) => `${n8nDirectory(major)}/node_modules`;

/** Of a runtime: which n8n runs in it, and how else it is started than alone. None: it is too new or too old for both. */
function n8nIn(runtime) {
    if (runtime.startsWith('Bun')) {
        return { major: 2, args: ['--require', inModules('bun_for_n8n.js')], environment: { NODE_PATH: modules(2) } };
    }
    const major = { 'Node.js 20': 1, 'Node.js 24': 2 }[runtime.split(',')[0]];
    return major && { major, args: [], environment: {} };
}

for (const [at, [platform, runtime, commandOf]] of runtimes.entries()) {
    const way = n8nIn(runtime);
    if (way === undefined) {
        continue;
    }
    test(`${platform}: n8n ${way.major} in ${runtime}`, { timeout: 600_000, skip: !hasPlatform(platform) }, async (t) => {
        const npm = await new NpmOfN8n().start();
        t.after(() => npm.end());
        npm.registry.publish(file);
        const options = {
            major: way.major, queue: false, install: () => {}, bootMs: 400_000,
            node: programOf([...commandOf(), ...way.args], `n8n-runtime-${at}`),
            environment: { ...npm.environment, ...way.environment },
        };
        const install = (n8n) => n8n.rest('POST', '/community-packages', { name: packageName, version });
        const scenario = await Scenario.start(options, 0, install);
        t.after(() => scenario.end());
        const { n8n, server } = scenario;
        server.renderMs = () => 300;
        await scenario.addWorkflow('generate');
        const execution = await n8n.finished(await n8n.trigger('generate', { items: photos('all:', 2) }), 120_000);
        scenario.assertVideos(execution, 'all:', 2);
        assertLoaded(n8n.main, platform);
    });
}
