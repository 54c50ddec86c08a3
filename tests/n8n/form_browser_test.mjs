// The form that takes a photo, as a person uses it: dragged onto it, looked at, animated. The video is really made of the photo.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../support/waiting.js';

import { Bucket } from './support/bucket.mjs';
import { openBrowser } from './support/editor.mjs';
import { N8n } from './support/n8n.mjs';
import { artefacts, repository } from './support/places.mjs';
import { startSandbox } from './support/sandbox.mjs';
import { apiKey, credentialFor } from './support/workflows.mjs';

const read = (...names) => JSON.parse(fs.readFileSync(path.join(repository, ...names), 'utf8'));
const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');

let n8n;
let sandbox;
let bucket;
let browser;
before(
    async () => {
        sandbox = await startSandbox(apiKey);
        bucket = await new Bucket().start();
        n8n = await new N8n({ major: 2, queue: false }).start({});
        browser = await openBrowser();
        const storage = { endpoint: bucket.url, bucket: 'photos', access_key: 'any', secret_key: 'any' };
        const credential = await n8n.addCredential(credentialFor(sandbox, { storage: JSON.stringify(storage) }));
        const workflow = read('hosts', 'n8n', 'examples', 'form_file.json');
        const video = workflow.nodes.find(({ id }) => id === 'video');
        video.credentials = { pixelMlApi: { id: credential.id, name: credential.name } };
        await n8n.addWorkflow(workflow);
    },
    { timeout: 240_000 },
);
after(async () => {
    await browser?.close();
    await n8n?.end();
    await bucket?.end();
    await sandbox?.end();
});

/** As from a folder on the desk. */
async function drag(page, file, target) {
    const box = await target.boundingBox();
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    const devtools = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
        await devtools.send('Input.dispatchDragEvent', { type, ...at, data });
    }
}

for (const colorScheme of ['light', 'dark']) {
    test(`a photo is dragged onto the form, and animated: ${colorScheme}`, { timeout: 150_000 }, async (t) => {
        const page = await browser.newPage({ viewport: { width: 520, height: 640 }, colorScheme });
        t.after(() => page.close());
        page.setDefaultTimeout(30_000);
        fs.mkdirSync(artefacts, { recursive: true });
        const picture = (name) => page.screenshot({ path: path.join(artefacts, `form_${name}_${colorScheme}.png`) });
        const address = `${n8n.url}/form/image-to-video-photo`;
        await until('the form', async () => (await fetch(address)).ok);
        await page.goto(address);
        await drag(page, photo, page.locator('input[type=file]'));
        await page.locator('textarea').fill('Slow zoom in on the cup');
        assert.equal(await page.locator('input[type=file]').evaluate((input) => input.files[0]?.name), 'coffee.jpg');
        await picture('filled');
        const jobs = async () => (await (await fetch(`${sandbox.url}/`)).text()).split('Slow zoom in on the cup').length - 1;
        const before = await jobs();
        await page.locator('#submit-btn').click();
        await page.getByText('Is this the photo?').waitFor();
        await picture('photo');
        assert.equal(await jobs(), before, 'nothing is paid yet');
        await page.locator('#submit-btn').click();
        const video = page.locator('video');
        const sorry = page.getByText('There is no video');
        await video.or(sorry).first().waitFor({ timeout: 90_000 });
        assert.equal(await sorry.count(), 0, await page.innerText('body'));
        await video.evaluate((element) => element.play());
        await page.waitForFunction(() => document.querySelector('video').readyState >= 2);
        const size = await video.evaluate(({ videoWidth, videoHeight }) => [videoWidth, videoHeight]);
        assert.ok(Math.min(...size) > 0, String(size));
        await picture('video');
    });
}
