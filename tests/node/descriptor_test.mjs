// Loading: what a module says of itself, and modules that are refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { load, ModuleError, modules, threadCount } from './support.mjs';

const manifest = JSON.parse(fs.readFileSync(new URL('../../manifest.json', import.meta.url), 'utf8'));

test('the descriptor of the example module', () => {
    const module = load(modules.example);
    assert.equal(module.path, fs.realpathSync(modules.example));
    assert.equal(module.name, 'example');
    assert.equal(module.version, '1.0.0');
    assert.deepEqual(module.abi, { major: 1, minor: 1 });
    assert.deepEqual(module.settingsSchema, { type: 'object' });
    assert.deepEqual(
        module.nodes.map((node) => node.actionId),
        ['echo', 'slow_echo'],
    );
    const [echo, slowEcho] = module.nodes;
    assert.equal(module.find('echo'), echo);
    assert.equal(module.find('shout'), undefined);
    assert.equal(echo.title, 'Echo');
    assert.equal(echo.version, '1.0.0');
    assert.equal(echo.description, 'Answers with its own input, at once.');
    assert.match(echo.iconSvg, /^<svg .*<\/svg>$/);
    assert.deepEqual(echo.categories, ['Examples']);
    assert.deepEqual([echo.canCancel, echo.reportsProgress, echo.canResume], [false, false, false]);
    assert.deepEqual([slowEcho.canCancel, slowEcho.reportsProgress, slowEcho.canResume], [true, true, true]);
    assert.equal(echo.connection, null);
    assert.equal(slowEcho.connection.required, true);
    assert.equal(slowEcho.connection.name, 'Echo Service');
    assert.equal(slowEcho.connection.category, 'echo-service');
    assert.equal(slowEcho.connection.description, 'The valley that answers.');
    assert.deepEqual(slowEcho.connection.schema.required, ['api_key']);
    assert.deepEqual(echo.inputSchema.required, ['text']);
    assert.deepEqual(echo.outputSchema.required, ['echo']);
    assert.deepEqual(echo.errors[0], {
        code: 'invalid_input',
        type: 'Invalid Input',
        cause: 'The input does not match the schema',
        solution: 'Correct the members that are named',
        retryable: false,
    });
});

test('the descriptor of image_to_video says what the manifest says', () => {
    const [described] = manifest.nodes;
    const own = described.workflow_node;
    const controlsGone = (key, value) => (key === 'ui_metadata' ? undefined : value);
    const withoutControls = (schema) => JSON.parse(JSON.stringify(schema), controlsGone);
    const node = load(modules.pixelml).find('image_to_video');
    assert.equal(node.actionId, described.id);
    assert.equal(node.title, described.title);
    assert.equal(node.iconSvg, own.icon_svg);
    assert.deepEqual(node.categories, described.categories);
    assert.deepEqual(node.inputSchema, withoutControls(described.input_schema));
    assert.deepEqual(node.outputSchema, withoutControls(described.output_schema));
    assert.equal(node.connection.category, described.connection.connection_category);
    assert.deepEqual(node.connection.schema.properties.api_key.writeOnly, true);
    assert.deepEqual(
        node.errors.map((error) => error.code).sort(),
        own.errors.map((error) => error.code).sort(),
    );
    assert.deepEqual(node.ui.inputs.image, { order: 2, type: 'media_url', media_type: 'image', help: own.inputs.image.help });
    assert.deepEqual(node.ui.help, own.help);
    assert.deepEqual(node.examples, own.examples);
    assert.deepEqual(node.price, { credits: described.cost, us_dollars: described.pml_cost });
});

test('a node that says nothing but what it must', () => {
    const { categories, iconSvg, errors, ui, examples, price } = load(modules.callback).find('storm');
    assert.deepEqual([categories, iconSvg, errors], [[], '', []]);
    assert.deepEqual([ui, examples, price], [{}, [], null]);
});

test('loading starts no thread, and reading the descriptor neither', () => {
    load(modules.example);
    const before = threadCount();
    load(modules.pixelml).find('image_to_video');
    load(modules.callback);
    assert.equal(threadCount(), before);
});

test('the same file is the same module, by whatever path', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'addon-'));
    try {
        const link = path.join(folder, 'link.so');
        fs.symlinkSync(modules.example, link);
        assert.equal(load(link), load(modules.example));
        assert.equal(load(path.relative(process.cwd(), link)), load(link));
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});

for (const [what, file, code, message] of [
    ['a file that is not there', '/nowhere/module.so', 'module_not_found', /no module at \/nowhere\/module\.so \(ENOENT\); check the path/],
    ['a folder', os.tmpdir(), 'module_not_loadable', /cannot be loaded/],
    ['a file that is no library', new URL(import.meta.url).pathname, 'module_not_loadable', /cannot be loaded: .*is it built for this machine/],
    ['a library that is no module', modules.withoutEntry, 'not_a_module', /does not export wfn_module_entry/],
    ['a module of another major version', modules.otherAbi, 'unsupported_abi', /speaks another major version .*: version 2, and this host version 1; install/],
    ['a module whose table is too short', modules.incomplete, 'incomplete_module', /fewer bytes than version 1\.0 has/],
]) {
    test(`refused: ${what}`, () => {
        assert.throws(
            () => load(file),
            (error) => {
                assert.ok(error instanceof ModuleError);
                assert.equal(error.name, 'ModuleError');
                assert.equal(error.code, code);
                assert.match(error.message, message);
                return true;
            },
        );
    });
}

test('a path that is no text is a TypeError', () => {
    for (const wrong of [undefined, '', 5, 'a\0b']) {
        assert.throws(() => load(wrong), TypeError);
    }
});
