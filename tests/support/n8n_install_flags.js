'use strict';
// What n8n gives to `npm install` in the folder of a community package. tests/n8n/installer_test.mjs takes it from n8n itself.

module.exports = [
    '--audit=false',
    '--fund=false',
    '--bin-links=false',
    '--install-strategy=shallow',
    '--ignore-scripts=true',
    '--package-lock=false',
];
