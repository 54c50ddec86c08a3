'use strict';
// The words that the host gives, as Node-RED looks them up.
const catalogueIn = (language) => require(`../../locales/${language}/workflow-nodes.json`)['workflow-nodes'];
const { wordsOf } = require('../../lib/words');

function wordsIn(language) {
    const look = (key, values = {}) =>
        key
            .split('.')
            .reduce((words, part) => words[part], { 'workflow-nodes': catalogueIn(language) })
            .replace(/__(\w+?)__/g, (all, name) => values[name]);
    return wordsOf({ _: look });
}

const english = catalogueIn('en-US');
const words = wordsIn('en-US');

module.exports = { catalogueIn, english, t: words.t, words, wordsIn };
