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
    const star = field.required ? ' <span class="wfn-required">*</span>' : '';
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
        `<div class="form-row wfn-field wfn-is-constant"><label for="${inputId(field)}">${escape(field.label)}${star}</label>` +
        `<div class="wfn-control"><div class="wfn-constant">${control}</div></div>${help}</div>`
    );
}

const hasMember = (connection, name) => connection.fields.some((field) => field.name === name);
const hasSandbox = (connection) => hasMember(connection, 'base_url') && hasMember(connection, 'allow_insecure_loopback');

function templateOf(connection) {
    const sandbox = hasSandbox(connection)
        ? `<button type="button" class="red-ui-button wfn-sandbox">${escape(text('sandbox.button'))}</button>`
        : '';
    return (
        `<div class="wfn-form"><div class="form-row wfn-field wfn-is-constant"><label for="node-config-input-name">${text('field.name')}</label>` +
        `<div class="wfn-control"><div class="wfn-constant"><input type="text" id="node-config-input-name"></div></div></div>` +
        connection.fields.filter((field) => field.required).map(fieldHtml).join('') +
        `<div class="form-row wfn-buttons"><button type="button" class="red-ui-button wfn-test">${escape(text('test.button'))}</button>` +
        `${sandbox}<div class="wfn-answer" role="status"></div></div>` +
        `<details class="wfn-more"><summary>${escape(text('field.advanced'))}</summary>` +
        `${connection.fields.filter((field) => !field.required).map(fieldHtml).join('')}</details></div>`
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
                const wrong = wrongConstant({ ...field, kind: field.kind === 'boolean' ? 'text' : field.kind }, given);
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
            $('.wfn-test').on('click', () => test(connection, this.id));
            $('.wfn-sandbox').on('click', () => useSandbox(connection, sandboxUrl));
        },
    });
}
