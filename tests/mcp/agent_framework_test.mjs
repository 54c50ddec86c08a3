// The AI SDK's client of MCP.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { newerNode, tests } from './support/places.mjs';
import { setUp, startHttp, startService, token, videoOf } from './support/servers.mjs';

test('an agent framework calls the tool', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 500 });
    const { url } = await startHttp(t, setUp(service));
    const args = JSON.stringify(videoOf(service, 'Zoom'));
    const child = new Child(newerNode, [path.join(tests, 'programs', 'ai_sdk.mjs'), url, token, args]);
    const { code } = await child.closed;
    assert.equal(code, 0, child.output);
    const { structuredContent } = JSON.parse(child.output);
    assert.equal(structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
});
