'use strict';
// What a flow file holds for a field: the value of a constant, as text.

/** The typed value of a constant. Throws, in the words of the host, when the text is not one of the kind. */
function parseConstant({ t, foreign }, field, text) {
    switch (field.kind) {
        case 'boolean': {
            const word = String(text).trim().toLowerCase();
            if (word === 'null' && field.nullable) {
                return null;
            }
            if (word === 'true' || word === 'false') {
                return word === 'true';
            }
            throw new Error(t('given.notBoolean', { text }));
        }
        case 'number': {
            const number = Number(text);
            if (String(text).trim() === '' || Number.isNaN(number)) {
                throw new Error(t('given.notNumber', { text }));
            }
            return number;
        }
        case 'choice': {
            const choice = field.choices.find((value) => String(value) === String(text));
            return choice === undefined ? text : choice;
        }
        case 'json':
            try {
                return typeof text === 'string' ? JSON.parse(text) : text;
            } catch (error) {
                throw new Error(foreign(t('given.notJson'), error.message));
            }
        default:
            return text;
    }
}

module.exports = { parseConstant };
