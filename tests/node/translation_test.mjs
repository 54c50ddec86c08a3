// A node's texts in other languages: what the module has, and what hosts on the addon make of it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { load, modules } from './support.mjs';

const require = createRequire(import.meta.url);
const { errorFieldsIn, inLanguage } = require('../../hosts/node/durable/translation.js');

const [node] = load(modules.pixelml).nodes;
const names = (object) => Object.keys(object).sort();

test('every language has each text of the node, and no other', () => {
    assert.deepEqual(names(node.translations), ['de']);
    for (const texts of Object.values(node.translations)) {
        assert.deepEqual(names(texts.inputs), names(node.inputSchema.properties));
        assert.deepEqual(names(texts.outputs), names(node.outputSchema.properties));
        assert.deepEqual(names(texts.connection), names(node.connection.schema.properties));
        assert.deepEqual(names(texts.errors), node.errors.map(({ code }) => code).sort());
        assert.equal(texts.help.notes.length, node.ui.help.notes.length);
        const rows = [texts.inputs, texts.outputs, texts.connection].flatMap((part) => Object.values(part));
        assert.ok(rows.every(({ title, help }) => title && help));
        assert.ok(Object.values(texts.errors).every(({ type, cause, solution }) => type && cause && solution));
        assert.ok(texts.title && texts.description && texts.help.how_it_works);
        assert.ok(texts.connection_name && texts.connection_description);
        assert.ok(Object.values(texts.warnings).every((text) => text));
    }
});

test('a descriptor in German has German texts, and the same values', () => {
    const german = inLanguage(node, 'de-AT');
    assert.equal(german.title, 'Bild zu Video');
    assert.equal(german.inputSchema.properties.image.title, 'Bild');
    assert.deepEqual(german.inputSchema.properties.size.enum, node.inputSchema.properties.size.enum);
    assert.equal(german.ui.inputs.prompt.help, node.translations.de.inputs.prompt.help);
    assert.deepEqual(german.ui.inputs.size.only_for, { model: 'Pixel M' });
    assert.deepEqual([german.connection.name, german.connection.category], ['PixelML-Verbindung', node.connection.category]);
    assert.equal(german.connection.description, node.translations.de.connection_description);
    assert.equal(german.warnings.size_ignored, node.translations.de.warnings.size_ignored);
    assert.equal(german.connection.schema.properties.api_key.title, 'API-Schlüssel');
    assert.equal(german.connection.schema.properties.api_key.writeOnly, true);
    assert.equal(german.ui.help.notes[0].title, 'Wahl des Modells');
    assert.deepEqual(german.errors.map(({ code, retryable }) => [code, retryable]), node.errors.map(({ code, retryable }) => [code, retryable]));
});

test('a language that the module does not have leaves the descriptor as it is', () => {
    assert.equal(inLanguage(node, 'en-US'), node);
    assert.equal(inLanguage(node, 'ja'), node);
    assert.equal(inLanguage({ ...node, translations: { de: 'wrong' } }, 'de').title, node.title);
});

test("an error's texts are translated where they are the table's; its message is not", () => {
    const german = inLanguage(node, 'de');
    const known = node.errors.find(({ code }) => code === 'insufficient_credits');
    const fields = { ...known, solution: 'Add 3 credits', message: 'The account has 1 credit', charged: 'no' };
    const translated = errorFieldsIn(fields, node, german);
    assert.equal(translated.type, 'Zu wenig Credits');
    assert.equal(translated.cause, node.translations.de.errors.insufficient_credits.cause);
    assert.deepEqual([translated.solution, translated.message, translated.charged], ['Add 3 credits', 'The account has 1 credit', 'no']);
    assert.deepEqual(errorFieldsIn({ code: 'of_another_node', type: 'Other' }, node, german), { code: 'of_another_node', type: 'Other' });
});
