'use strict';
// The connection's Test button, whose answer is for people.
const { checkConnection } = require('../native/durable/check_connection');
const { detailsBeside, labeller } = require('../native/durable/labels');

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

const sentences = (texts) => texts.filter(Boolean).map(sentence).join(' ');

/** What went wrong, in which fields, and what to do. */
function wordsOf(error, { errorFields, connection }) {
    const labels = Object.fromEntries(connection.fields.map(({ name, label }) => [name, label]));
    const { code, cause, details } = error;
    const said = sentences([error.message, detailsBeside(error, labels).join('; ')]);
    const { message, solution } = errorFields({ code, cause, details, message: said, solution: error.solution });
    return labeller(labels)(sentences([message, solution]));
}

/** {ok, text}, without secrets. */
async function testConnection({ t, sessions }, entry, connection) {
    try {
        const { asked, warnings } = await checkConnection(sessions.of(entry.module), entry.descriptor, connection);
        const words = [t(asked ? 'test.accepted' : 'test.valid'), ...entry.warningsIn(warnings).map(({ message }) => sentence(message))];
        return { ok: true, text: words.join(' ') };
    } catch (error) {
        return { ok: false, text: t('test.refused', { text: wordsOf(error, entry) }) };
    }
}

module.exports = { testConnection };
