// What becomes of the files that a node's outputs are the URLs of, in the form.
import { currentOf, text } from './field_values.js';
import { escape } from './form_fields.js';

const choices = ['none', 'file', 'buffer'];
const types = ['str', 'msg', 'flow', 'global', 'jsonata', 'env'];
const largestOfAll = 1024 * 1024; // MiB

const help = (words) => `<div class="wfn-help">${escape(words)}</div>`;

const row = (name, control, { shown, style = '' } = {}) =>
    `<div class="form-row wfn-field ${style}" id="node-input-${name}_row">` +
    `<label for="node-input-${name}">${escape(text(`keeping.${name}`))}</label>` +
    `<div class="wfn-control">${control}</div>${help(text(`keeping.${name}Help`, shown))}</div>`;

const input = (name, more = '') => `<input type="text" id="node-input-${name}" style="width:100%"${more}>`;

export function keepingHtml({ largest }) {
    const options = choices.map((name) => `<option value="${name}">${escape(text(`keeping.${name}`))}</option>`);
    const select = `<div class="wfn-constant"><select id="node-input-keep">${options.join('')}</select></div>`;
    const path = `${input('keepPath')}<input type="hidden" id="node-input-keepPath_type">`;
    const replace =
        '<div class="form-row wfn-field"><label class="wfn-check"><input type="checkbox" id="node-input-keepReplace"> ' +
        `<span>${escape(text('keeping.keepReplace'))}</span></label></div>`;
    const size = row('keepLargest', input('keepLargest', ' inputmode="numeric"'), { shown: largest });
    return (
        `<div class="wfn-keeping">${row('keep', select, { style: 'wfn-is-constant' })}` +
        `<div class="wfn-keeping-file">${row('keepPath', path)}${replace}</div>` +
        `<div class="wfn-keeping-any">${size}</div></div>`
    );
}

const keeps = (node, ...which) => currentOf(node, 'operation') !== 'start' && which.includes(currentOf(node, 'keep'));

export function keepingDefaults() {
    return {
        keep: { value: 'none' },
        keepPath: {
            value: '',
            label: text('keeping.keepPath'),
            validate(value, opt) {
                if (!keeps(this, 'file')) {
                    return true;
                }
                const type = currentOf(this, 'keepPath_type') || 'str';
                if (type === 'str') {
                    const isThere = String(value ?? '').trim() !== '';
                    return isThere || (opt ? text('invalid.required', { label: text('keeping.keepPath') }) : false);
                }
                const result = RED.utils.validateTypedProperty(value, type, opt);
                return result === true || opt ? result : false;
            },
        },
        keepPath_type: { value: 'str' },
        keepReplace: { value: false },
        keepLargest: {
            value: '',
            label: text('keeping.keepLargest'),
            validate(value) {
                const given = String(value ?? '').trim();
                return !keeps(this, 'file', 'buffer') || given === '' || (Number(given) > 0 && Number(given) <= largestOfAll);
            },
        },
    };
}

export function prepareKeeping(node) {
    if (node.keep === undefined) {
        $('#node-input-keep').val('none'); // of a flow that is older than the field
    }
    $('#node-input-keepPath').typedInput({ default: 'str', types, typeField: '#node-input-keepPath_type' });
    const show = () => {
        const chosen = $('#node-input-keep').val();
        $('.wfn-keeping').toggle($('#node-input-operation').val() !== 'start');
        $('.wfn-keeping-file').toggle(chosen === 'file');
        $('.wfn-keeping-any').toggle(chosen !== 'none');
        ['keepPath', 'keepLargest'].forEach((name) => $(`#node-input-${name}`).trigger('change'));
    };
    $('#node-input-keep, #node-input-operation').on('change', show);
    show();
}
