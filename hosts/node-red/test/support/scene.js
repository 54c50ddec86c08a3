'use strict';
// An editor in a browser, of a Node-RED with the sandbox as its service, and a photo that can be held.
const { Editor } = require('./browser');
const { serveImage } = require('./held_image');
const { NodeRed } = require('./node_red');
const { exampleModule } = require('./places');
const { startSandbox } = require('./sandbox');

/** Ends what it has started when it fails. {sandbox, image, nodeRed, editor, end} */
async function openScene() {
    const scene = {
        async end() {
            await scene.editor?.close();
            await scene.nodeRed?.remove();
            await scene.sandbox?.end();
            scene.image?.end();
        },
    };
    try {
        scene.sandbox = await startSandbox([], { key: 'sandbox' }); // the one that the form fills in
        scene.image = await serveImage();
        scene.nodeRed = await new NodeRed({
            more: { workflowNodes: { modules: [exampleModule] } },
            env: { PIXELML_SANDBOX_URL: scene.sandbox.url },
        }).start();
        scene.editor = await Editor.open(scene.nodeRed.url);
        return scene;
    } catch (error) {
        await scene.end();
        throw error;
    }
}

module.exports = { openScene };
