'use strict';
// The words that the host gives, as Node-RED looks them up.
const english = require('../../locales/en-US/workflow-nodes.json')['workflow-nodes'];
const t = (key, values = {}) =>
    key
        .split('.')
        .reduce((words, part) => words[part], english)
        .replace(/__(\w+)__/g, (all, name) => values[name]);

module.exports = { english, t };
