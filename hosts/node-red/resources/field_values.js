// What may stand in a field: the types it offers, what it begins with, and whether a value is right.

const catalogue = 'node-red-contrib-image-to-video/workflow-nodes:workflow-nodes.';
export const text = (key, values) => RED._(catalogue + key, values);

const fromElsewhere = ['msg', 'flow', 'global', 'jsonata', 'env'];

/** A file instead of a URL: its path, or the property of the message that has its path. A Buffer needs no type of its own. */
const filesFrom = () => [
    { value: 'file', label: text('field.file'), icon: 'fa fa-file-image-o' },
    { value: 'msgFile', label: text('field.msgFile'), icon: 'fa fa-file-image-o' },
];

/** The types of a typed input. A constant is edited beside it, in a control of the field's kind. */
export function typesOf(field) {
    const own = [{ value: 'constant', label: text('field.constant.' + field.kind), hasValue: false }];
    if (field.nullable && field.kind !== 'boolean') {
        own.push({ value: 'null', label: text('field.null'), hasValue: false });
    }
    if (!field.required && field.default === undefined) {
        own.push({ value: 'unset', label: text('field.unset'), hasValue: false });
    }
    return own.concat(field.kind === 'media' ? filesFrom() : [], fromElsewhere);
}

const constantOf = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** {type, value} of a new node's field. */
export function initialOf(field) {
    if (field.default === null && field.kind !== 'boolean') {
        return { type: 'null', value: '' };
    }
    if (field.default !== undefined) {
        return { type: 'constant', value: constantOf(field.default) };
    }
    if (field.nullable && field.required && field.kind !== 'boolean') {
        return { type: 'null', value: '' };
    }
    if (!field.required) {
        return { type: 'unset', value: '' };
    }
    const first = { choice: () => field.choices[0], boolean: () => (field.nullable ? 'null' : 'false') }[field.kind];
    return { type: 'constant', value: first ? String(first()) : '' };
}

const isEnvironment = (value) => /^\$\{[^}]+\}$/.test(value);

function wrongNumber(field, value, label) {
    const number = Number(value);
    if (Number.isNaN(number)) {
        return text('invalid.number', { label });
    }
    if (field.integer && !Number.isInteger(number)) {
        return text('invalid.integer', { label });
    }
    if (number < field.minimum) {
        return text('invalid.minimum', { label, limit: field.minimum });
    }
    if (number > field.maximum) {
        return text('invalid.maximum', { label, limit: field.maximum });
    }
    return null;
}

/** Why a constant is wrong, or null. What only the service can know is not judged here. */
export function wrongConstant(field, value) {
    const label = field.label;
    const given = value === undefined || value === null ? '' : String(value);
    if (given.trim() === '') {
        return field.required ? text('invalid.required', { label }) : null;
    }
    if (isEnvironment(given)) {
        return null;
    }
    switch (field.kind) {
        case 'number':
            return wrongNumber(field, given, label);
        case 'media':
            return /^https?:\/\/[^\s/]+/i.test(given) ? null : text('invalid.url', { label });
        case 'choice':
            return field.choices.some((choice) => String(choice) === given) ? null : text('invalid.choice', { label });
        case 'json':
            try {
                JSON.parse(given);
                return null;
            } catch {
                return text('invalid.json', { label });
            }
        default:
            return null;
    }
}

/** To be called first of all when a form opens. */
export const nameFormOf = (node) => $('.wfn-form').data('node', node);

/** What the node has in its form, while that is open. The editor also judges other nodes meanwhile, by what they have. */
export function currentOf(node, property) {
    const $input = $('#node-input-' + property);
    return ($input.closest('.wfn-form').data('node') === node && $input.val()) || node[property];
}

/** A validator for the editor. */
export function validatorOf(field) {
    return function (value, opt) {
        const type = currentOf(this, field.property + '_type');
        if (type === 'null' || type === 'unset' || type === undefined) {
            return true;
        }
        if (type === 'file') {
            const isThere = String(value ?? '').trim() !== '';
            return isThere || (opt ? text('invalid.required', { label: field.label }) : false);
        }
        if (type !== 'constant') {
            const result = RED.utils.validateTypedProperty(value, type === 'msgFile' ? 'msg' : type, opt);
            return result === true || opt ? result : false;
        }
        const wrong = wrongConstant(field, value);
        return wrong === null ? true : opt ? wrong : false;
    };
}
