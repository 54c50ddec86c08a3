'use strict';
// The test of a connection, as far as it costs nothing. The module does all of it; hosts know no service.
const { exampleInput } = require('./fields');
const { formOf } = require('./node_form');

const isUnknown = ({ name, code }) => name === 'ModuleError' && code === 'invalid_argument';

async function checkConnection(session, descriptor, connection) {
    const check = { node: descriptor.actionId, connection, validateOnly: true };
    try {
        const { warnings } = await session.execute({ ...check, checkConnection: true });
        return { asked: true, warnings };
    } catch (error) {
        if (!isUnknown(error)) {
            throw error;
        }
    }
    // The module cannot ask its service. It checks a connection along with an input, so that must be a right one.
    const { fields, examples } = formOf(descriptor);
    const { warnings } = await session.execute({ ...check, input: exampleInput(fields, examples) });
    return { asked: false, warnings };
}

module.exports = { checkConnection };
