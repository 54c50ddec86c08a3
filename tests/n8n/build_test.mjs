// What the build writes for modules whose names and texts are not as ours. Needs no n8n.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { buildPackage, loadTypes } from './support/built_package.mjs';
import { build, repository, temporaryDirectory } from './support/places.mjs';

const exampleModule = path.join(build, 'tests', 'abi', 'example_module', 'example_module.so');
const packageFile = path.join(repository, 'hosts', 'n8n', 'package.json');
const hostRequire = createRequire(packageFile);
const ts = hostRequire('typescript');
const { namesOf } = hostRequire('./scripts/package_names.js');
const { sourceOf } = hostRequire('./scripts/source_text.js');
const { classNameOf, titled } = hostRequire('./scripts/words.js');

test('a label is in words, however they are spaced', () => {
    assert.equal(titled('length  of the\tvideo '), 'Length of the Video');
    assert.equal(titled(''), '');
});

test('a class has a name that the language allows', () => {
    assert.equal(classNameOf('image_to_video'), 'ImageToVideo');
    assert.equal(classNameOf('3d_render'), '_3DRender');
});

test('a text is the same after it was written as source', () => {
    const texts = { "it's": 'a \\ and a "quote"', lines: 'one\ntwo\r\nthree\rfour', separators: 'a\u2028b\u2029c' };
    const { diagnostics, outputText } = ts.transpileModule(`(${sourceOf(texts)})`, { reportDiagnostics: true });
    assert.deepEqual(diagnostics.map(({ messageText }) => messageText), []);
    assert.deepEqual((0, eval)(outputText), texts);
});

test('a package is named after its module; that of the project keeps its names', () => {
    const own = namesOf({ name: 'pixelml_nodes' });
    assert.deepEqual(own, { packageName: 'n8n-nodes-image-to-video', storeName: 'image-to-video' });
    const another = namesOf({ name: 'My nodes' });
    assert.deepEqual(another, { packageName: 'n8n-nodes-my-nodes', storeName: 'n8n-nodes-my-nodes' });
    assert.throws(() => namesOf({ name: 'image_to_video' }), /n8n-nodes-image-to-video cannot be the package of the module/);
    assert.throws(() => namesOf({ name: '…' }), /give the module another name/);
});

test("the package of another module does not take the place of the project's", () => {
    const before = fs.readFileSync(packageFile, 'utf8');
    assert.throws(() => buildPackage(exampleModule), /name a FOLDER/);
    assert.equal(fs.readFileSync(packageFile, 'utf8'), before);
});

describe('a manifest beside the module', () => {
    const directory = temporaryDirectory();
    const module = path.join(directory, 'example_module.so');
    fs.copyFileSync(exampleModule, module);
    after(() => fs.rmSync(directory, { recursive: true, force: true }));

    const own = { name: 'example', files: { 'linux-x86_64': 'example_module.so' } };

    function propertiesWith(description, { version = 2, node = {} } = {}) {
        const workflow_node = { inputs: { text: { help: 'From the manifest' } } };
        const nodes = [{ id: 'echo', workflow_node, ...node }];
        const manifest = { manifest_version: version, module: description, nodes };
        fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
        const folder = fs.mkdtempSync(path.join(directory, 'package-'));
        buildPackage(module, folder);
        const [{ description: echo }] = loadTypes(folder).nodes;
        return echo.properties;
    }

    const buildWith = (...given) => propertiesWith(...given).find(({ name }) => name === 'text').description;

    test('that is of another file adds nothing', () => {
        assert.equal(buildWith({ name: 'another', files: { 'linux-x86_64': 'another.so' } }), 'What to call');
    });

    test('that names another module than the file is stops the build', () => {
        const another = { name: 'another', files: { 'linux-x86_64': 'example_module.so' } };
        assert.throws(() => buildWith(another), /The manifest is that of the module another, and the module is example/);
    });

    test('that is its own adds help', () => {
        assert.equal(buildWith(own), 'From the manifest');
    });

    test('that is of another version stops the build', () => {
        assert.throws(() => buildWith(own, { version: 1 }), /has the manifest_version 1, and this host reads 2/);
    });

    test('that has a price adds a notice, which promises nothing', () => {
        const noticesOf = (node) => propertiesWith(own, { node }).filter(({ type }) => type === 'notice');
        const [{ displayName, displayOptions }] = noticesOf({ cost: 4, pml_cost: 0.1 });
        assert.equal(displayName, "About 4 credits ($0.10) a run, by the platform's list; the service decides");
        assert.deepEqual(displayOptions.show, { operation: ['generate', 'start'] });
        assert.deepEqual(noticesOf({ cost: null, pml_cost: null }), []);
    });
});
