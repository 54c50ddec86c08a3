'use strict';
// The form of a node: its schemas together with what the module says beside them (ui_json, examples_json and price_json
// of node.h). All of that is an extra: a node without it has a form, and what is not as node.h says is left out.
const { fieldsOf, mediaOutputs } = require('./fields');

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const membersOf = (value) => value ?? {};
const listOf = (value, accepts) => (Array.isArray(value) ? value.filter(accepts) : []);
const isText = (value) => typeof value === 'string';

const controlsOf = (value) => Object.fromEntries(Object.entries(membersOf(value)).filter(([, control]) => isObject(control)));

const isAmount = (value) => typeof value === 'number' && value >= 0;

/** What a run costs by the service's list: {credits, dollars}, numbers or null; null where it lists neither. */
function priceOf(price) {
    const { credits, us_dollars: dollars } = membersOf(price);
    if (!isAmount(credits) && !isAmount(dollars)) {
        return null;
    }
    return { credits: isAmount(credits) ? credits : null, dollars: isAmount(dollars) ? dollars : null };
}

/** `descriptor`: the addon's; `prefix`: of the properties in which the host keeps the fields. */
function formOf(descriptor, prefix = '') {
    const ui = membersOf(descriptor.ui);
    const help = membersOf(ui.help);
    const palette = listOf(ui.palette, isText);
    return {
        fields: fieldsOf(descriptor.inputSchema, { prefix, controls: controlsOf(ui.inputs) }),
        mediaOutputs: mediaOutputs(descriptor.outputSchema, controlsOf(ui.outputs)),
        howItWorks: isText(help.how_it_works) ? help.how_it_works : null,
        notes: listOf(help.notes, (note) => isText(note?.title) && isText(note.text)),
        categories: palette.length > 0 ? palette : descriptor.categories,
        examples: listOf(descriptor.examples, (example) => isText(example?.title) && isObject(example.input)),
        price: priceOf(descriptor.price),
    };
}

/** The fields of the connection that the node needs. */
function connectionFieldsOf({ connection, ui }, prefix = '') {
    return fieldsOf(connection.schema, { prefix, controls: controlsOf(membersOf(ui).connection) });
}

const inEnglish = (credits) => `${credits} ${credits === 1 ? 'credit' : 'credits'}`;

/** "4 credits ($0.10)"; `creditsIn` says the credits in another language. */
function priceText({ credits, dollars }, creditsIn = inEnglish) {
    const inDollars = dollars === null ? null : `$${/\.\d{3}/.test(dollars) ? dollars : dollars.toFixed(2)}`;
    if (credits === null) {
        return inDollars;
    }
    return creditsIn(credits) + (inDollars === null ? '' : ` (${inDollars})`);
}

module.exports = { connectionFieldsOf, formOf, priceText };
