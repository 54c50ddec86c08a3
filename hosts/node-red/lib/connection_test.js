'use strict';
// The connection's Test button, whose answer is for people.
const { checkConnection } = require('../native/durable/check_connection');
const { detailsBeside, labeller } = require('../native/durable/labels');

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What went wrong, in which fields, and what to do. */
function wordsOf(error, fields) {
    const labels = Object.fromEntries(fields.map(({ name, label }) => [name, label]));
    const ofFields = detailsBeside(error, labels).join('; ');
    return labeller(labels)([error.message, ofFields, error.solution].filter(Boolean).map(sentence).join(' '));
}

/** {ok, text}, without secrets. */
async function testConnection({ t, sessions }, entry, connection) {
    try {
        const { asked, warnings } = await checkConnection(sessions.of(entry.module), entry.descriptor, connection);
        const words = [t(asked ? 'test.accepted' : 'test.valid'), ...warnings.map(({ message }) => sentence(message))];
        return { ok: true, text: words.join(' ') };
    } catch (error) {
        return { ok: false, text: t('test.refused', { text: wordsOf(error, entry.connection.fields) }) };
    }
}

module.exports = { testConnection };
