// Registers the editor's side of a configuration node: the connection of one category.
import { text, wrongConstant } from './field_values.js';
import { controlHtml, escape, thirdState } from './form_fields.js';
import { addScript } from './node_type.js';

const inputId = (field) => 'node-config-input-' + field.property;

// A yes or no without a default has a third state: as the service says.
const isOpenChoice = (field) => field.kind === 'boolean' && field.default === undefined;

function openChoiceHtml(field) {
    const option = (value, key) => `<option value="${value}">${escape(text(key))}</option>`;
    const options = option('', 'field.unsetChoice') + option('true', 'field.yes') + option('false', 'field.no');
    return `<select id="${inputId(field)}">${options}</select>`;
}

function fieldHtml(field) {
    const star = field.required || field.requiredIfUsed ? ' <span class="wfn-required">*</span>' : '';
    let control = controlHtml(field, inputId(field));
    if (field.secret) {
        control = `<input type="password" id="${inputId(field)}" autocomplete="new-password">`;
    } else if (isOpenChoice(field)) {
        control = openChoiceHtml(field);
    } else if (field.kind === 'text' && field.default !== undefined) {
        control = `<input type="text" id="${inputId(field)}" placeholder="${escape(field.default)}">`;
    }
    const help = field.help ? `<div class="wfn-help">${escape(field.help)}</div>` : '';
    return (
        `<div class="form-row wfn-field wfn-is-constant" id="${inputId(field)}_row">` +
        `<label for="${inputId(field)}">${escape(field.label)}${star}</label>` +
        `<div class="wfn-control"><div class="wfn-constant">${control}</div></div>${help}</div>`
    );
}

const hasSandbox = (fields) =>
    ['base_url', 'allow_insecure_loopback'].every((name) => fields.some((field) => field.name === name));

/** What a person begins with: what is required, and what to choose with the fields that count only for that choice. */
function isFirst(field, fields) {
    return field.required || field.onlyFor !== null || fields.some(({ onlyFor }) => onlyFor?.name === field.name);
}

/** Whether a field counts. `valueOf`: of a field by its name. */
function isUsed({ onlyFor }, valueOf) {
    return onlyFor === null || onlyFor.values.map(String).includes(String(valueOf(onlyFor.name)));
}

function templateOf({ fields }) {
    const sandbox = hasSandbox(fields)
        ? `<button type="button" class="red-ui-button wfn-sandbox">${escape(text('sandbox.button'))}</button>`
        : '';
    return (
        `<div class="wfn-form"><div class="form-row wfn-field wfn-is-constant"><label for="node-config-input-name">${text('field.name')}</label>` +
        `<div class="wfn-control"><div class="wfn-constant"><input type="text" id="node-config-input-name"></div></div></div>` +
        fields.filter((field) => isFirst(field, fields)).map(fieldHtml).join('') +
        `<div class="form-row wfn-buttons"><button type="button" class="red-ui-button wfn-test">${escape(text('test.button'))}</button>` +
        `${sandbox}<div class="wfn-answer" role="status"></div></div>` +
        `<details class="wfn-more"><summary>${escape(text('field.advanced'))}</summary>` +
        `${fields.filter((field) => !isFirst(field, fields)).map(fieldHtml).join('')}</details></div>`
    );
}

const plainFields = (connection) => connection.fields.filter((field) => !field.secret);
const secretFields = (connection) => connection.fields.filter((field) => field.secret);

function defaultsOf(connection) {
    const defaults = { name: { value: '' } };
    plainFields(connection).forEach((field) => {
        const value = field.default ?? '';
        defaults[field.property] = {
            value: typeof value === 'object' ? JSON.stringify(value) : value,
            label: field.label,
            validate(given, opt) {
                const kind = field.kind === 'boolean' ? 'text' : field.kind;
                // While the form is open, the choice in it counts, not the node's.
                const choiceOf = (name) => {
                    const other = connection.fields.find((one) => one.name === name);
                    return inForm(other) ?? this[other.property] ?? other.default;
                };
                const required = field.required || (field.requiredIfUsed && isUsed(field, choiceOf));
                const wrong = wrongConstant({ ...field, kind, required }, given);
                return wrong === null ? true : opt ? wrong : false;
            },
        };
    });
    return defaults;
}

const credentialsOf = (connection) =>
    Object.fromEntries(secretFields(connection).map((f) => [f.property, { type: 'password', required: f.required }]));

const inForm = (field) => {
    const $control = $('#' + inputId(field));
    return $control.is(':checkbox') ? $control.prop('checked') : $control.val();
};

function answer(ok, words) {
    $('.wfn-answer').removeClass('wfn-good wfn-bad').addClass(ok === null ? '' : ok ? 'wfn-good' : 'wfn-bad').text(words);
}

function test(connection, id) {
    const of = (fields) => Object.fromEntries(fields.map((field) => [field.property, inForm(field)]));
    answer(null, text('test.running'));
    $.ajax({
        url: `workflow-nodes/connections/${encodeURIComponent(connection.category)}/test`,
        type: 'POST',
        contentType: 'application/json',
        data: JSON.stringify({ id, values: of(plainFields(connection)), secrets: of(secretFields(connection)) }),
    })
        .done((result) => answer(result.ok, result.text))
        .fail((request, status) => answer(false, text('test.failed', { text: request.status || status })));
}

function useSandbox(connection, url) {
    const values = { base_url: url, allow_insecure_loopback: true, idempotent_submit: 'true', api_key: 'sandbox' };
    connection.fields
        .filter((field) => field.name in values)
        .forEach((field) => {
            const $control = $('#' + inputId(field));
            if ($control.is(':checkbox')) {
                $control.data('show')(values[field.name]);
            } else {
                $control.val(values[field.name]);
            }
            $control.trigger('change');
        });
    answer(true, text('sandbox.done', { url }));
}

/** Shows those fields that count for what is chosen. */
function prepareChoices({ fields }) {
    const valueOf = (name) => inForm(fields.find((field) => field.name === name));
    const dependent = fields.filter((field) => field.onlyFor);
    const show = () => dependent.forEach((field) => $(`#${inputId(field)}_row`).toggle(isUsed(field, valueOf)));
    const deciding = new Set(dependent.map(({ onlyFor }) => onlyFor.name));
    fields
        .filter((field) => deciding.has(field.name))
        .forEach((field) => {
            const $control = $('#' + inputId(field));
            // A connection that was made before there was this field has none, and goes by the default.
            if ($control.val() === null) {
                $control.val(field.default);
            }
            $control.on('change', show);
        });
    show();
}

export function registerConnectionType(connection, sandboxUrl) {
    addScript('data-template-name', connection.type, templateOf(connection));
    addScript('data-help-name', connection.type, connection.help);
    RED.nodes.registerType(connection.type, {
        category: 'config',
        defaults: defaultsOf(connection),
        credentials: credentialsOf(connection),
        paletteLabel: connection.title,
        label() {
            return this.name || connection.title;
        },
        oneditprepare() {
            connection.fields
                .filter((field) => field.kind === 'boolean' && !isOpenChoice(field))
                .forEach((field) => {
                    const $box = $('#' + inputId(field));
                    const show = thirdState($box, false, () => {});
                    $box.data('show', show);
                    show(this[field.property] ?? field.default);
                });
            prepareChoices(connection);
            $('.wfn-test').on('click', () => test(connection, this.id));
            $('.wfn-sandbox').on('click', () => useSandbox(connection, sandboxUrl));
        },
    });
}
