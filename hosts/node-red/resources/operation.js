// The choice between waiting for the output, starting a run and collecting one, and what it changes in the form.
import { currentOf, text } from './field_values.js';
import { escape } from './form_fields.js';

const operations = ['generate', 'start', 'collect'];
const longestGiveUp = 24 * 365; // h

const inForm = () => $('#node-input-operation').val();

export const collects = (node) => currentOf(node, 'operation') === 'collect';

const outputsOf = (operation) => (operation === 'collect' ? 2 : 1);

export const outputLabel = (node, index) => {
    if (node.operation !== 'collect') {
        return undefined;
    }
    return text(index === 0 ? 'operation.done' : 'operation.stillRendering');
};

const help = (words, id = '') => `<div class="wfn-help"${id}>${escape(words)}</div>`;

export function operationHtml() {
    const options = operations.map((name) => `<option value="${name}">${escape(text(`operation.${name}`))}</option>`);
    return (
        `<div class="form-row wfn-field wfn-is-constant"><label for="node-input-operation">${escape(text('operation.label'))}</label>` +
        `<div class="wfn-control"><div class="wfn-constant"><select id="node-input-operation">${options.join('')}</select></div></div>` +
        `${help('', ' id="node-input-operation_help"')}</div>`
    );
}

export function collectingHtml({ longestWait }) {
    const row = (name) =>
        `<div class="form-row wfn-field"><label for="node-input-${name}">${escape(text(`operation.${name}`))}</label>` +
        `<div class="wfn-control"><input type="text" inputmode="numeric" id="node-input-${name}" style="width:100%"></div>` +
        `${help(text(`operation.${name}Help`, { longest: longestWait }))}</div>`;
    return `<div class="wfn-collecting">${row('wait')}${row('giveUpAfter')}</div>`;
}

const isUpTo = (limit, value) => String(value).trim() !== '' && Number(value) >= 0 && Number(value) <= limit;

export function operationDefaults({ wait, longestWait, giveUpAfter }) {
    const number = (name, value, limit) => ({
        value,
        label: text(`operation.${name}`),
        validate(given) {
            return given === undefined || !collects(this) || isUpTo(limit, given);
        },
    });
    return {
        operation: { value: 'generate' },
        wait: number('wait', wait, longestWait),
        giveUpAfter: number('giveUpAfter', giveUpAfter, longestGiveUp),
        outputs: { value: 1 },
    };
}

/** `validated`: the properties whose validity follows the choice. */
export function prepareOperation(node, { wait, giveUpAfter }, validated) {
    const initial = { operation: 'generate', wait, giveUpAfter };
    Object.keys(initial)
        .filter((name) => node[name] === undefined)
        .forEach((name) => $(`#node-input-${name}`).val(initial[name]));
    const show = () => {
        const chosen = inForm();
        $('#node-input-operation_help').text(text(`operation.${chosen}Help`));
        $('.wfn-collecting').toggle(chosen === 'collect');
        $('.wfn-submitting').toggle(chosen !== 'collect');
        validated.forEach((name) => $(`#node-input-${name}`).trigger('change'));
    };
    $('#node-input-operation').on('change', show);
    show();
}

/** The editor compares this with what the node had, and removes the wires of an output that is gone. */
export function saveOutputs(node) {
    node.outputs = outputsOf(inForm());
}
