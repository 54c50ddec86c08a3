// The app in a chat, in a real browser, in a host made of the extension's reference implementation.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { until } from '../support/waiting.js';
import { serveHost } from './support/app_host/serve.mjs';
import { artefacts, photo, temporaryDirectory } from './support/places.mjs';
import { setUp, startHttp, startService } from './support/servers.mjs';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync', '--autoplay-policy=no-user-gesture-required'];

/** A film of the photo, of two seconds. */
function film() {
    const file = path.join(temporaryDirectory(), 'film.mp4');
    const zoom = "zoompan=z='1+on/200':d=50:s=640x360:fps=25";
    execFileSync('ffmpeg', ['-v', 'error', '-i', photo, '-vf', zoom, '-frames:v', '50', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', file]);
    return fs.readFileSync(file);
}

async function open(t, { renderMs = 4000, args = [] } = {}) {
    const bytes = film();
    const sendVideo = (_request, response) => response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes.length }).end(bytes);
    const service = await startService(t, { renderMs: () => renderMs, sendVideo });
    const { url } = await startHttp(t, setUp(service, { args }));
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
    t.after(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 620, height: 640 } });
    page.setDefaultTimeout(20_000);
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(await serveHost(t, url));
    await page.waitForFunction(() => window.ready);
    const app = page.frameLocator('iframe');
    const call = (name, values, theme) => page.evaluate((given) => window.callTool(given), { name, args: { image: `${service.url}/image`, ...values }, theme });
    const picture = (name) => {
        fs.mkdirSync(artefacts, { recursive: true });
        return page.screenshot({ path: path.join(artefacts, `mcp-app-${name}.png`) });
    };
    return { service, page, app, call, picture, problems };
}

const isPlaying = (video) => video.videoWidth > 0 && video.readyState >= 2;

for (const theme of ['light', 'dark']) {
    test(`${theme}: progress, then the player, with inputs and a download`, { timeout: 120_000 }, async (t) => {
        const { service, page, app, call, picture, problems } = await open(t, { renderMs: 60_000 });
        const prompt = 'Slow zoom <img src=x onerror="parent.hacked = 1"> on the cup';
        const called = call('image_to_video', { prompt, size: 'Square HD (1:1)' }, theme);
        await app.locator('#message', { hasText: /Rendering \d+ %/ }).waitFor();
        assert.equal(await app.locator('#title').textContent(), 'Image to video');
        assert.equal(await app.locator('#status').textContent(), 'Working');
        const value = () => app.locator('progress').evaluate((bar) => bar.value);
        const before = await value();
        await until('progress', async () => (await value()) > before);
        await picture(`${theme}-progress`);
        service.jobsOf('Slow zoom')[0].doneAt = performance.now();
        const result = await called;
        const video = app.locator('video');
        await until('the film', () => video.evaluate(isPlaying));
        assert.match(await video.getAttribute('src'), /^data:video\/mp4;base64,/, "the host lets it load nothing of an origin that is new: it comes through the server");
        assert.equal(await app.locator('#status').textContent(), 'Done');
        await app.locator('summary').click();
        assert.match(await app.locator('#input-list').textContent(), /Slow zoom <img src=x onerror/);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        const colours = await app.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
        assert.equal(colours, theme === 'dark' ? 'rgb(31, 31, 35)' : 'rgb(255, 255, 255)');
        await picture(`${theme}-player`);
        await app.getByText('Download').click();
        await app.getByText('Open', { exact: true }).click();
        const address = result.structuredContent.output.video;
        await until('both', async () => (await page.evaluate(() => window.asked.length)) === 2);
        assert.deepEqual(await page.evaluate(() => window.asked), [['download', address], ['open', address]]);

        await call('image_to_video', { prompt, size: 'Square HD (1:1)' }, theme);
        await until('the film, of an origin that is known', () => video.evaluate(isPlaying));
        assert.equal(await video.getAttribute('src'), address);
        assert.equal(service.jobs.size, 1);
        assert.deepEqual(problems, []);
    });
}

test('a call that was answered before its end: the app looks on by itself', { timeout: 120_000 }, async (t) => {
    const { app, call, service } = await open(t, { args: ['--answer-within', '500ms'] });
    const { structuredContent } = await call('image_to_video', { prompt: 'Zoom' }, 'light');
    assert.equal(structuredContent.status, 'running');
    await until('the film', () => app.locator('video').evaluate(isPlaying));
    assert.equal(service.jobs.size, 1);
});

test('a run that is cancelled in the app, and one that the node refuses', { timeout: 120_000 }, async (t) => {
    const { app, call, service, picture } = await open(t, { renderMs: 60_000, args: ['--answer-within', '500ms'] });
    await call('image_to_video', { prompt: 'Zoom' }, 'dark');
    await app.getByText('Cancel').click();
    await until('the cancelled job', () => service.jobsOf('Zoom')[0].cancelled);
    await app.locator('#status', { hasText: 'Cancelled' }).waitFor();
    await call('image_to_video', { prompt: 'vague' }, 'dark');
    await app.locator('#problem', { hasText: 'Prompt Too Vague' }).waitFor();
    assert.equal(await app.locator('#status').textContent(), 'Failed');
    await picture('dark-refused');

    const base64 = fs.readFileSync(photo, 'base64');
    await call('image_to_video', { prompt: 'Zoom', image: `data:image/jpeg;base64,${base64}` }, 'dark');
    await app.locator('#problem', { hasText: 'Cannot Hand Over File' }).waitFor();
    assert.match(await app.locator('#input-list').textContent(), /imagea file of 95 KiB/);
});
