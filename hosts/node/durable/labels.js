'use strict';
// Texts of a module that call a field by its name in JSON, in the words of a form.

/** A function that puts the labels in the place of the names. `labels`: by name. A name of one word is a word like any other. */
function labeller(labels) {
    const names = Object.keys(labels).filter((name) => name.includes('_') && labels[name] !== name);
    if (names.length === 0) {
        return (text) => text;
    }
    // Not in a longer name, a file's name or a path.
    const pattern = new RegExp(`(?<![\\w./])(${names.join('|')})(?![\\w/]|\\.\\w)`, 'g');
    return (text) => text.replace(pattern, (name) => `"${labels[name]}"`);
}

/** What an error says of single fields, in the words of the form, unless its message has said it. */
function detailsBeside({ message, details = [] }, labels) {
    return details
        .filter((detail) => !message.includes(detail.message))
        .map(({ path, message: text }) => `${labels[path.slice(1)] ?? path.slice(1)}: ${text}`);
}

module.exports = { detailsBeside, labeller };
