'use strict';
// From a node's schemas to what the editor shows: one field for each input, in the manifest's order. The same fields
// tell the runtime how to read a configured value. Nothing here knows a particular node.

/** A property of the flow file for an input; the prefix keeps it apart from Node-RED's own (id, type, name, z…). */
function propertyName(prefix, name) {
  return prefix + name.replace(/[^A-Za-z0-9]/g, (c) => (c === '_' ? '_' : `_${c.codePointAt(0).toString(16)}_`));
}

/** The schema without the branch that allows null, and whether there was one. */
function withoutNull(schema) {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) {
    const others = branches.filter((branch) => branch.type !== 'null');
    if (others.length === 1 && others.length < branches.length) return { schema: others[0], nullable: true };
    return { schema, nullable: others.length < branches.length };
  }
  if (Array.isArray(schema.type) && schema.type.includes('null')) {
    const types = schema.type.filter((type) => type !== 'null');
    return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, nullable: true };
  }
  return { schema, nullable: false };
}

const kindOfControl = { long_text: 'longText', media: 'media', password: 'password' };

function kindOf(schema, control) {
  if (Array.isArray(schema.enum)) return 'choice';
  switch (schema.type) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      if (kindOfControl[control?.type]) return kindOfControl[control.type];
      return schema.format === 'uri' ? 'media' : 'text';
    default:
      return 'json';
  }
}

/**
 * Which other field a field depends on. JSON Schema has no word for "only for Pixel M", so this reads the one the schemas
 * use: "(Only for <value>)" in a title or description, where <value> is a choice of another field.
 */
function onlyFor(name, texts, properties) {
  for (const text of texts) {
    const wanted = /\bonly for ([^().;]+)/i.exec(text ?? '')?.[1].trim();
    if (!wanted) continue;
    for (const [other, schema] of Object.entries(properties)) {
      const value = (withoutNull(schema).schema.enum ?? []).find(
        (choice) => wanted === choice || wanted.startsWith(`${choice} `),
      );
      if (other !== name && value !== undefined) return { name: other, value };
    }
  }
  return null;
}

/** The fields of an object's schema. `controls` is the manifest's ui_metadata, where there is a manifest. */
function fieldsOf(schema, { prefix, controls = {} }) {
  const properties = schema.properties ?? {};
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(properties).map(([name, property]) => {
    const control = controls[name];
    const { schema: inner, nullable } = withoutNull(property);
    const help = control?.help ?? property.description;
    return {
      name,
      property: propertyName(property.writeOnly === true ? '' : prefix, name), // a credential keeps its name
      label: property.title ?? name,
      help: help && help !== (property.title ?? name) ? help : null,
      kind: kindOf(inner, control),
      required: required.has(name),
      nullable,
      choices: inner.enum?.filter((value) => value !== null),
      default: property.default,
      integer: inner.type === 'integer',
      minimum: inner.minimum,
      maximum: inner.maximum,
      secret: property.writeOnly === true,
      onlyFor: onlyFor(name, [property.title, property.description, control?.help], properties),
      order: control?.order ?? Number.MAX_SAFE_INTEGER,
    };
  });
  return fields.sort((a, b) => a.order - b.order);
}

/** The names of the outputs that are the URL of a video. */
function videoOutputs(outputSchema) {
  return Object.entries(outputSchema.properties ?? {})
    .filter(([name, property]) => {
      if (withoutNull(property).schema.type !== 'string') return false;
      return /video/i.test([name, property.title, property.description, property.contentMediaType].join(' '));
    })
    .map(([name]) => name);
}

/** The typed value of a constant, which the flow file holds as text. Throws when the text is not one of the kind. */
function parseConstant(field, text) {
  switch (field.kind) {
    case 'boolean': {
      const word = String(text).trim().toLowerCase();
      if (word === 'null' && field.nullable) return null;
      if (word === 'true' || word === 'false') return word === 'true';
      throw new Error(`"${text}" is neither true nor false`);
    }
    case 'number': {
      const number = Number(text);
      if (String(text).trim() === '' || Number.isNaN(number)) throw new Error(`"${text}" is not a number`);
      return number;
    }
    case 'choice': {
      const choice = field.choices.find((value) => String(value) === String(text));
      return choice === undefined ? text : choice;
    }
    case 'json':
      return typeof text === 'string' ? JSON.parse(text) : text;
    default:
      return text;
  }
}

module.exports = { fieldsOf, videoOutputs, parseConstant, propertyName };
