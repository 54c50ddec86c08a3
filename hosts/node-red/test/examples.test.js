'use strict';
// The flows of the import menu: each is imported and deployed as a user does it, without a complaint.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { Editor } = require('./support/browser');
const { NodeRed, packageName } = require('./support/node_red');
const { packageDirectory, repository } = require('./support/places');

const directory = path.join(packageDirectory, 'examples');
const names = fs.readdirSync(directory).map((file) => path.basename(file, '.json'));
const manifestNode = JSON.parse(fs.readFileSync(path.join(repository, 'manifest.json'), 'utf8')).nodes[0];

let nodeRed;
let editor;
before(async () => {
    nodeRed = await new NodeRed().start();
    editor = await Editor.open(nodeRed.url);
});
after(async () => {
    await editor?.close();
    await nodeRed?.remove();
});

async function emptyEditor() {
    await nodeRed.deploy([]);
    await editor.page.reload();
    await editor.page.waitForSelector('#red-ui-palette .red-ui-palette-node');
    await editor.page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
}

async function importFromMenu(name) {
    const { page } = editor;
    await page.keyboard.press('Control+i');
    await page.click('#red-ui-clipboard-dialog-import-tab-examples-link-button, li:has-text("Examples") a');
    for (const label of [packageName, name]) {
        await page.locator('#red-ui-clipboard-dialog .red-ui-treeList-label:visible', { hasText: label }).first().click();
    }
    await page.click('#red-ui-clipboard-dialog-ok');
    await page.waitForSelector('#red-ui-clipboard-dialog', { state: 'hidden' });
}

/** Without one, the node is marked: nobody pays for what happens to be written to a folder of the example's. */
async function chooseWatchedFolder() {
    const [watch] = await editor.page.evaluate(() => RED.nodes.filterNodes({ type: 'watch' }).map(({ id, valid }) => ({ id, valid })));
    if (watch) {
        assert.equal(watch.valid, false);
        await editor.edit(watch.id);
        await editor.page.fill('#node-input-files', nodeRed.userDirectory);
        await editor.done();
    }
}

for (const name of names) {
    test(`"${name}" imports and deploys`, { timeout: 60000 }, async () => {
        await emptyEditor();
        await importFromMenu(name);
        await editor.page.waitForFunction(() => RED.nodes.filterNodes({ type: 'image_to_video' }).length > 0);
        const unknown = await editor.page.evaluate(() => RED.nodes.filterNodes({ type: 'unknown' }).length);
        assert.equal(unknown, 0);
        const video = await editor.page.evaluate(() => RED.nodes.filterNodes({ type: 'image_to_video' })[0].id);
        await editor.page.evaluate((id) => RED.view.reveal(id), video);
        await editor.edit(video); // what a user has left to do: the connection's key
        await editor.page.click('#node-input-lookup-connection, #node-input-btn-connection-edit');
        await editor.page.click('.wfn-sandbox');
        await editor.page.click('#node-config-dialog-ok');
        await editor.page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
        assert.deepEqual(await editor.page.locator('.input-error').allTextContents(), []);
        await editor.done();
        await chooseWatchedFolder();
        const invalid = await editor.page.evaluate(() => {
            const wrong = [];
            const look = (node) => node.valid === false && wrong.push(`${node.type} ${node.validationErrors}`);
            RED.nodes.eachNode(look);
            RED.nodes.eachConfig(look);
            return wrong;
        });
        assert.deepEqual(invalid, []);
        await editor.deploy();
        assert.deepEqual(editor.problems, []);
    });
}

test("the examples of the node's page are in them, input by input", () => {
    const shown = names
        .flatMap((name) => JSON.parse(fs.readFileSync(path.join(directory, `${name}.json`), 'utf8')))
        .filter((node) => node.type === 'image_to_video');
    for (const example of manifestNode.workflow_node.examples) {
        const same = (node) => Object.entries(example.input).every(([name, value]) => node[`input_${name}`] === String(value));
        assert.ok(shown.some(same), example.title);
    }
});
