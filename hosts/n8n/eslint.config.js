'use strict';
// The ecosystem's own rules for nodes, credentials and packages of the community.
const typescriptParser = require('@typescript-eslint/parser');
const n8nNodesBase = require('eslint-plugin-n8n-nodes-base');

const rules = (name) => n8nNodesBase.configs[name].rules;
const plugins = { 'n8n-nodes-base': n8nNodesBase };

module.exports = [
    { files: ['nodes/**/*.ts'], languageOptions: { parser: typescriptParser }, plugins, rules: rules('nodes') },
    {
        files: ['credentials/**/*.ts'],
        languageOptions: { parser: typescriptParser },
        plugins,
        // Of n8n's own repository, which has the documentation of its nodes.
        rules: { ...rules('credentials'), 'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off' },
    },
    { files: ['package.json'], languageOptions: { parser: typescriptParser }, plugins, rules: rules('community') },
];
