// Registers the editor's side of one node of a module.
import { initialOf, nameFormOf, text, validatorOf } from './field_values.js';
import { escape, fieldHtml, prepareFields } from './form_fields.js';
import { keepingDefaults, keepingHtml, prepareKeeping } from './keeping.js';
import { collectingHtml, collects, operationDefaults, operationHtml, outputLabel, prepareOperation, saveOutputs } from './operation.js';

const moduleName = 'node-red-contrib-image-to-video';

export function addScript(attribute, type, html) {
    const script = document.createElement('script');
    script.type = 'text/html';
    script.setAttribute(attribute, type);
    script.textContent = html;
    document.getElementById('red-ui-editor-node-configs').appendChild(script);
}

/**
 * An icon that a module brings is in no folder that Node-RED reads at its start, so the editor is told that this package
 * has it. The path leads from the package's icons to the address that serves it.
 */
function iconOf(type) {
    const file = `../../workflow-nodes/icons/${type}.svg`;
    const sets = RED.nodes.getIconSets();
    sets[moduleName] = [...(sets[moduleName] || []), file];
    RED.nodes.setIconSets(sets);
    return `${moduleName}/${file}`;
}

function templateOf(node) {
    const row = (property, label, rest = '') =>
        `<div class="form-row wfn-field"><label for="node-input-${property}">${label}</label>` +
        `<div class="wfn-control"><input type="text" id="node-input-${property}" style="width:100%"></div>${rest}</div>`;
    const star = `<span class="wfn-required">*</span>`;
    const connection = node.connection
        ? row('connection', `${text('field.connection')} ${node.connection.required ? star : ''}`)
        : '';
    const limit = (property) =>
        row(property, text(`field.${property}`), `<div class="wfn-help">${escape(text(`field.${property}Help`))}</div>`);
    const price = node.price ? `<div class="wfn-help wfn-price">${escape(node.price)}</div>` : '';
    const spending = '<div class="wfn-help wfn-spending"></div>';
    const submitting = (html) => `<div class="wfn-submitting">${html}</div>`;
    return (
        `<div class="wfn-form">${row('name', text('field.name'))}${node.collecting ? operationHtml() : ''}${connection}` +
        `${submitting(node.fields.map(fieldHtml).join(''))}${node.collecting ? collectingHtml(node.collecting) : ''}` +
        `${node.keeping ? keepingHtml(node.keeping) : ''}` +
        `${limit('concurrency')}${submitting(limit('runsPerHour') + price)}${spending}</div>`
    );
}

function defaultsOf(node) {
    const defaults = { name: { value: '' } };
    if (node.connection) {
        defaults.connection = { value: '', type: node.connection.type, required: node.connection.required };
    }
    node.fields.forEach((field) => {
        const { type, value } = initialOf(field);
        const validate = validatorOf(field);
        defaults[field.property] = {
            value,
            label: field.label,
            validate(given, opt) {
                return (node.collecting && collects(this)) || validate.call(this, given, opt);
            },
        };
        defaults[field.property + '_type'] = { value: type };
    });
    defaults.concurrency = {
        value: node.limit,
        label: text('field.concurrency'),
        validate: (value) => Number.isInteger(Number(value)) && Number(value) > 0,
    };
    defaults.runsPerHour = {
        value: node.runsPerHour,
        label: text('field.runsPerHour'),
        // A flow that was made before there was this field has none, and runs with the default.
        validate: (value) => value === undefined || (value !== '' && Number.isInteger(Number(value)) && Number(value) >= 0),
    };
    return {
        ...defaults,
        ...(node.collecting && operationDefaults(node.collecting)),
        ...(node.keeping && keepingDefaults()),
    };
}

export function registerNodeType(node) {
    addScript('data-template-name', node.type, templateOf(node));
    addScript('data-help-name', node.type, node.help);
    RED.nodes.registerType(node.type, {
        category: node.category,
        color: node.colour,
        icon: iconOf(node.type),
        defaults: defaultsOf(node),
        inputs: 1,
        outputs: 1,
        outputLabels(index) {
            return outputLabel(this, index);
        },
        paletteLabel: node.title,
        label() {
            return this.name || node.title;
        },
        labelStyle() {
            return this.name ? 'node_label_italic' : '';
        },
        oneditprepare() {
            nameFormOf(this);
            const spending = `workflow-nodes/spending/${encodeURIComponent(this.id)}`;
            $.getJSON(spending, ({ text: told }) => $('.wfn-spending').text(told ?? ''));
            prepareFields(node.fields);
            if (node.collecting) {
                prepareOperation(this, node.collecting, [...node.fields.map(({ property }) => property), 'wait', 'giveUpAfter']);
            }
            if (node.keeping) {
                prepareKeeping(this);
            }
        },
        oneditsave() {
            if (node.collecting) {
                saveOutputs(this);
            }
        },
    });
}
