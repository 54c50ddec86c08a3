// What the build writes for modules whose names and texts are not as ours. Needs no n8n.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { buildPackage } from './support/built_package.mjs';
import { build, repository } from './support/places.mjs';

const exampleModule = path.join(build, 'examples', 'module_c', 'example_module.so');
const packageFile = path.join(repository, 'hosts', 'n8n', 'package.json');
const hostRequire = createRequire(packageFile);
const ts = hostRequire('typescript');
const { fieldsOf } = createRequire(path.join(repository, 'hosts', 'node', 'package.json'))('./durable/fields.js');
const { propertyOf } = hostRequire('./scripts/form_fields.js');
const { namesOf } = hostRequire('./scripts/package_names.js');
const { sourceOf } = hostRequire('./scripts/source_text.js');
const { classNameOf, titled } = hostRequire('./scripts/words.js');

test('a label is in words, however they are spaced', () => {
    assert.equal(titled('length  of the\tvideo '), 'Length of the Video');
    assert.equal(titled(''), '');
});

test('a choice shows its title, in the order of the alphabet', () => {
    const schema = { oneOf: [{ const: 'r', title: 'Runway' }, { const: 'f', title: 'fal' }, { const: 'Other' }] };
    const [field] = fieldsOf({ properties: { api: schema } }, { prefix: '' });
    const { type, options } = propertyOf(field, {});
    assert.equal(type, 'options');
    assert.deepEqual(options.map(({ name, value }) => [name, value]), [['fal', 'f'], ['Other', 'Other'], ['Runway', 'r']]);
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
