'use strict';
// The help that the editor shows beside a node, written from what the module says.
const { priceText } = require('../native/durable/node_form');

const escape = (text) =>
    String(text).replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

function typeName(field, t) {
    const name = { longText: 'string', text: 'string', media: 'URL', json: 'JSON', choice: t('field.constant.choice') }[field.kind];
    return field.nullable ? t('help.orNull', { type: name ?? field.kind }) : (name ?? field.kind);
}

/** `nameOf`: what each is called. */
function propertyList(fields, nameOf, t) {
    const rows = fields.map((field) => {
        const parts = [escape(sentence(field.help ?? field.label))];
        if (field.choices && !field.help?.includes(field.choices[0])) {
            parts.push(t('help.oneOf', { choices: escape(field.choiceTitles.join(', ')) }));
        }
        if (field.default !== undefined) {
            parts.push(t('help.default', { value: escape(field.default) }));
        }
        const optional = field.required ? '' : ' class="optional"';
        return `<dt${optional}>${escape(nameOf(field))} <span class="property-type">${typeName(field, t)}</span></dt><dd>${parts.join(' ')}</dd>`;
    });
    return `<dl class="message-properties wfn-properties">${rows.join('')}</dl>`;
}

function outputList(schema, hasFiles, t) {
    const rows = Object.entries(schema.properties ?? {}).map(
        ([name, property]) =>
            `<dt>payload.${escape(name)} <span class="property-type">${escape(property.type ?? 'any')}</span></dt>` +
            `<dd>${escape(property.description ?? property.title ?? '')}</dd>`,
    );
    if (hasFiles) {
        rows.push(`<dt class="optional">files <span class="property-type">object</span></dt><dd>${t('help.files')}</dd>`);
    }
    return `<dl class="message-properties">${rows.join('')}</dl>`;
}

function errorTable(errors) {
    const rows = errors.map(
        (error) =>
            `<tr><td>${escape(error.type)}<br><code>${escape(error.code)}</code></td>` +
            `<td>${escape(sentence(error.cause))} ${escape(sentence(error.solution))}</td></tr>`,
    );
    return `<table class="wfn-errors"><tbody>${rows.join('')}</tbody></table>`;
}

function controlList({ canResume }, t) {
    const row = (name, type) =>
        `<dt class="optional">${name} <span class="property-type">${type}</span></dt><dd>${t(`help.${name}`)}</dd>`;
    return `<dl class="message-properties">${row('cancel', 'boolean | string')}${canResume ? row('run', 'object') : ''}</dl>`;
}

function operationList(t) {
    const words = ['generate', 'start', 'collect'].map((name) => `<li>${t(`help.${name}`)}</li>`);
    return `<h3>${t('help.operations')}</h3><ul>${words.join('')}</ul>`;
}

/** "4 credits ($0.10)", in the words of the host. */
function amountText(amount, t) {
    return priceText(amount, (n) => t(n === 1 ? 'price.credit' : 'price.credits', { n }));
}

/** What a run costs by the platform's list, as a sentence; null where the list has no price. */
function priceOf({ price }, t) {
    return price && t('price.aRun', { price: amountText(price, t) });
}

/** `form`: as formOf gives it. `t` gives the words of the host. */
function helpOf(descriptor, form, t) {
    const { fields, howItWorks, mediaOutputs, notes } = form;
    const price = priceOf(form, t);
    const parts = [
        descriptor.description === descriptor.title ? '' : `<p>${escape(descriptor.description)}</p>`,
        howItWorks ? `<p>${escape(howItWorks)}</p>` : '',
        price ? `<p>${escape(price)}</p>` : '',
        `<h3>${t('help.inputs')}</h3>`,
        propertyList(fields, ({ name }) => name, t),
        `<p>${t('help.typed')}</p>`,
        `<h3>${t('help.outputs')}</h3>`,
        outputList(descriptor.outputSchema, mediaOutputs.length > 0, t),
        `<h3>${t('help.control')}</h3>`,
        controlList(descriptor, t),
        descriptor.canResume ? operationList(t) : '',
        `<h3>${t('help.details')}</h3>`,
        descriptor.canResume ? `<p>${t('help.resume')}</p>` : '',
        notes.length ? `<ul>${notes.map((n) => `<li><b>${escape(n.title)}</b>: ${escape(n.text)}</li>`).join('')}</ul>` : '',
        `<h3>${t('help.errors')}</h3>`,
        `<p>${t('help.errorsIntro')}</p>`,
        errorTable(descriptor.errors),
    ];
    return parts.join('\n');
}

function connectionHelpOf(connection, fields, t) {
    const list = propertyList(fields, ({ label }) => label, t); // no flow reads them by name
    return `<p>${escape(connection.description)}</p>\n${list}`;
}

module.exports = { amountText, helpOf, connectionHelpOf, priceOf };
