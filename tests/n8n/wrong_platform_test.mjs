// A machine that the package is not for: what n8n 2 says, in its log and its list, and that it goes on.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { descriptionIn } from '../support/packed_package.js';

import { Editor } from './support/editor.mjs';
import { N8n } from './support/n8n.mjs';
import { NpmOfN8n } from './support/npm_of_n8n.mjs';
import { packedPackage } from './support/places.mjs';

const name = 'n8n-nodes-image-to-video';
const { version } = descriptionIn(packedPackage());
const pretendPlatform = createRequire(import.meta.url).resolve('../support/pretend_platform.js');

const list = () => n8n.rest('GET', '/community-packages');
const install = () => n8n.rest('POST', '/community-packages', { name, version });

let npm;
let n8n;
before(
    async () => {
        npm = await new NpmOfN8n().start();
        npm.registry.publish(packedPackage());
        n8n = await new N8n({ major: 2, queue: false, environment: npm.environment, install: () => {} }).start();
    },
    { timeout: 240_000 },
);
after(async () => {
    await n8n?.end();
    npm?.end();
});

async function startOn(platform) {
    await n8n.main.end();
    n8n.given = { ...npm.environment, ...(platform && { NODE_OPTIONS: `--require ${pretendPlatform}`, PRETEND_PLATFORM: platform }) };
    await n8n.startMain();
}

for (const [platform, words, refusal] of [
    ['darwin arm64', /This package is for .*linux-x64.*, and this machine is darwin-arm64\. Install it on one of those/, /EBADPLATFORM/],
    ['linux arm 2.36', /This package is for .*linux-x64.*, and this machine is linux-arm\. Install it on one of those/, /EBADPLATFORM/],
    ['linux x64 2.17', /This package needs glibc 2\.28 or newer, and this machine, linux-x64, has 2\.17\./, /needs glibc 2\.28 or newer/],
]) {
    test(`installed on this machine, n8n starts on ${platform}; there it cannot be installed`, { timeout: 240_000 }, async (t) => {
        await startOn();
        await install();
        await startOn(platform);
        assert.match(n8n.main.output, words);
        assert.deepEqual((await list()).map(({ failedLoading }) => failedLoading), [true]);

        const editor = await Editor.open(n8n);
        t.after(() => editor.close());
        await editor.page.goto(`${n8n.url}/settings/community-nodes`);
        await editor.part('community-package-card').locator('svg').first().hover();
        await editor.part('tooltip-content').filter({ hasText: 'This package failed to load' }).waitFor();

        await n8n.rest('DELETE', `/community-packages?name=${name}`);
        await assert.rejects(install(), refusal);
        assert.deepEqual(await list(), []);
    });
}
