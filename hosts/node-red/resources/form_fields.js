// The fields of an edit form: their HTML, and what happens in them.
import { text, typesOf } from './field_values.js';

export const escape = (value) => $('<i>').text(value).html().replace(/"/g, '&quot;');

const option = (value, title) => `<option value="${escape(value)}">${escape(title)}</option>`;

export function controlHtml(field, id) {
    switch (field.kind) {
        case 'longText':
            return `<textarea id="${id}" rows="3"></textarea>`;
        case 'json':
            return `<textarea id="${id}" rows="4" class="wfn-code" spellcheck="false"></textarea>`;
        case 'choice':
            return `<select id="${id}">${field.choices.map((c, i) => option(c, field.choiceTitles[i])).join('')}</select>`;
        case 'boolean':
            return `<label class="wfn-check"><input type="checkbox" id="${id}"> <span></span></label>`;
        case 'number':
            return `<input type="text" inputmode="numeric" id="${id}">`;
        case 'media':
            return `<input type="url" id="${id}" placeholder="https://" spellcheck="false">`;
        default:
            return `<input type="text" id="${id}">`;
    }
}

/** Whether the constant is the address of an image. */
const isImage = (field) => field.kind === 'media' && (field.mediaType ?? 'image') === 'image';

/** One field: its label, the typed input with the constant's control beside it, what there is to say, a preview. */
export function fieldHtml(field) {
    const id = 'node-input-' + field.property;
    const star = field.required ? ` <span class="wfn-required" title="${escape(text('field.required'))}">*</span>` : '';
    const help = field.help ? `<div class="wfn-help">${escape(field.help)}</div>` : '';
    const preview = isImage(field) ? `<div class="wfn-preview" id="${id}_preview"></div>` : '';
    return (
        `<div class="form-row wfn-field" id="${id}_row">` +
        `<label for="${id}_constant">${escape(field.label)}${star}</label>` +
        `<div class="wfn-control"><input type="text" id="${id}" style="width:100%"><input type="hidden" id="${id}_type">` +
        `<div class="wfn-constant">${controlHtml(field, id + '_constant')}</div></div>` +
        `${help}<div class="wfn-note" id="${id}_note"></div>${preview}</div>`
    );
}

/** A checkbox whose third state, where there is one, is null: unticked, ticked, neither. */
export function thirdState($box, nullable, onChange) {
    const $word = $box.siblings('span');
    const words = { true: 'field.yes', false: 'field.no', null: 'field.neither' };
    const show = (value) => {
        $box.data('value', value).prop({ checked: value === 'true', indeterminate: value === 'null' });
        $word.text(text(words[value]));
    };
    const next = { true: 'false', false: nullable ? 'null' : 'true', null: 'true' };
    $box.on('click', () => {
        const value = next[$box.data('value')];
        // After the click, which the browser ends by setting its own two states.
        setTimeout(() => {
            show(value);
            onChange(value);
        }, 0);
    });
    return (value) => show(['true', 'null'].includes(String(value)) ? String(value) : 'false');
}

/** Shows the image as soon as the field holds the address of one. */
function showPreview($place, url, label) {
    if ($place.data('url') === url) {
        return;
    }
    $place.data('url', url).empty();
    if (!/^https?:\/\/\S+$/i.test(url)) {
        return;
    }
    $('<img>', { alt: text('field.preview', { name: label }), referrerpolicy: 'no-referrer' })
        .on('error', () => $place.text(text('field.noPreview')))
        .on('load', function () {
            $(this).addClass('wfn-loaded');
        })
        .appendTo($place)
        .attr('src', url);
}

function prepareField(field, onChange) {
    const id = '#node-input-' + field.property;
    const $input = $(id);
    const $constant = $(id + '_constant');
    const isBox = field.kind === 'boolean';
    let inForm = false; // whether the control shows the value yet

    const set = (value) => {
        $input.val(value);
        $input.trigger('change');
    };
    const show = isBox ? thirdState($constant, field.nullable, set) : (value) => $constant.val(value);
    if (!isBox) {
        $constant.on('input change', () => set($constant.val()));
    }

    const stored = $input.val();
    $input.typedInput({ default: 'constant', types: typesOf(field), typeField: id + '_type' });
    const update = () => {
        const constant = $input.typedInput('type') === 'constant';
        if (constant && !inForm) {
            show($(id + '_type').data('constant') ?? '');
        }
        if (constant) {
            $input.val(isBox ? $constant.data('value') : $constant.val());
        }
        inForm = constant;
        $(id + '_row').toggleClass('wfn-is-constant', constant);
        if (isImage(field)) {
            showPreview($(id + '_preview'), constant ? String($constant.val()).trim() : '', field.label);
        }
        onChange();
    };
    $(id + '_type').data('constant', $input.typedInput('type') === 'constant' ? stored : '');
    $input.on('change', update);
    update();
}

/** The constant in the form, or undefined when the field is typed otherwise. */
function constantInForm(field) {
    const id = '#node-input-' + field.property;
    return $(id + '_type').val() === 'constant' ? String($(id).val()) : undefined;
}

/** Fields that count only for one value of another say so, and are off while that is another. */
function prepareDependencies(fields) {
    const dependent = fields.filter((field) => field.onlyFor);
    return () => {
        dependent.forEach((field) => {
            const other = fields.find((candidate) => candidate.name === field.onlyFor.name);
            const value = constantInForm(other);
            const off = value !== undefined && !field.onlyFor.values.map(String).includes(value);
            const words = { name: other.label, value: field.onlyFor.values.join(', ') };
            const note = off ? 'field.onlyFor' : value === undefined ? 'field.onlyForSometimes' : null;
            const id = '#node-input-' + field.property;
            $(id + '_row').toggleClass('wfn-off', off);
            $(id).typedInput(off ? 'disable' : 'enable');
            $(id + '_constant').prop('disabled', off);
            $(id + '_note').text(note ? text(note, words) : '');
        });
    };
}

export function prepareFields(fields) {
    const onChange = prepareDependencies(fields);
    let ready = false;
    fields.forEach((field) => prepareField(field, () => ready && onChange()));
    ready = true;
    onChange();
}
