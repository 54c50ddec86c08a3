'use strict';
// The editor in a real browser: Debian's Chromium. The steps are those of a person.
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { artefacts } = require('./places');
const { until } = require('../../../../tests/support/waiting');

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];

class Editor {
    static async open(url, { width = 1280, height = 800 } = {}) {
        const editor = new Editor();
        editor.browser = await chromium.launch({ executablePath: program, args, headless: true, timeout: 30000 });
        editor.page = await editor.browser.newPage({ viewport: { width, height } });
        editor.page.setDefaultTimeout(15000);
        editor.problems = [];
        editor.page.on('pageerror', (error) => editor.problems.push(String(error)));
        await editor.page.goto(url);
        await editor.page.waitForSelector('#red-ui-palette .red-ui-palette-node');
        await editor.page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
        return editor;
    }

    close() {
        return this.browser.close();
    }

    paletteNode(type) {
        return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    }

    /** Drags a node from the palette to the canvas; returns its id. */
    async drag(type, x, y) {
        const ids = () => this.page.evaluate(() => RED.nodes.filterNodes({}).map((node) => node.id));
        const before = await ids();
        const source = this.paletteNode(type);
        await source.scrollIntoViewIfNeeded();
        const from = await source.boundingBox();
        const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
        const mouse = this.page.mouse;
        await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
        await mouse.down();
        await mouse.move(from.x + 30, from.y + 10, { steps: 5 });
        await mouse.move(chart.x + x, chart.y + y, { steps: 15 });
        await mouse.up();
        return (await ids()).find((id) => !before.includes(id));
    }

    async wire(from, to, output = 0) {
        const out = await this.page.locator(`[id="${from}"] .red-ui-flow-port-output .red-ui-flow-port`).nth(output).boundingBox();
        const into = await this.page.locator(`[id="${to}"] .red-ui-flow-port-input .red-ui-flow-port`).boundingBox();
        const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
        await this.page.mouse.move(...middle(out));
        await this.page.mouse.down();
        await this.page.mouse.move(...middle(into), { steps: 12 });
        await this.page.mouse.up();
    }

    /**
     * Opens a node's form. Node-RED itself tells a double click by the time between two clicks (650 ms), so on a
     * busy machine it sees two single ones: then, as a person would, once more.
     */
    async edit(id) {
        const dialog = this.page.locator('#node-dialog-ok');
        await until('the form', async () => {
            await this.page.locator(`[id="${id}"] .red-ui-flow-node`).first().dblclick();
            return dialog.waitFor({ state: 'visible', timeout: 3000 }).then(() => true, () => false);
        }, 30000);
    }

    async done() {
        await this.page.click('#node-dialog-ok');
        await this.page.waitForSelector('#node-dialog-ok', { state: 'detached' });
    }

    async deploy() {
        await this.page.click('#red-ui-header-button-deploy');
        await this.page.waitForSelector('text=Successfully deployed');
    }

    press(id) {
        return this.page.click(`[id="${id}"] .red-ui-flow-node-button-button`);
    }

    status(id) {
        return this.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`).textContent();
    }

    /** Waits until `act` has led to a status that matches `last`. */
    async statusAfter(id, last, act, limitMs = 90000) {
        const seen = [];
        const look = async () => {
            const status = await this.status(id).catch(() => '');
            if (status !== seen.at(-1)) {
                seen.push(status);
            }
            return seen.length > 1 && last.test(status); // not that of an earlier run
        };
        await look();
        await act();
        await until(() => `the status ${last}; it was ${seen.join(' | ')}`, look, limitMs);
    }

    /** Chooses the type of a typed input, e.g. "msg." */
    async chooseType(property, label) {
        const row = this.page.locator(`#node-input-${property}_row`);
        await row.locator('.red-ui-typedInput-type-select').click();
        await this.page.locator('.red-ui-typedInput-options:visible a', { hasText: label }).click();
    }

    /** Drags and clicks scroll the canvas. */
    scrollToTop() {
        return this.page.evaluate(() => $('#red-ui-workspace-chart').scrollTop(0).scrollLeft(0));
    }

    /** The palette's manager with a tab: "nodes" or "install". */
    managePalette(tab) {
        return this.page.evaluate((view) => RED.actions.invoke('core:manage-palette', { view }), tab);
    }

    async uploadToPalette(file) {
        await this.managePalette('install');
        await this.page.setInputFiles('#red-ui-palette-editor-upload-form input', file);
        await this.page.locator('.red-ui-palette-editor-upload .primary').click();
    }

    /** Takes a picture once nothing is moving. */
    async screenshot(name) {
        await this.page.waitForFunction(
            () => !$(':animated').length && document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity),
        );
        fs.mkdirSync(artefacts, { recursive: true });
        const file = path.join(artefacts, `${name}.png`);
        await this.page.screenshot({ path: file });
        return file;
    }
}

module.exports = { Editor };
