'use strict';
// The connection's Test button: everything that can be checked without a run, which would cost money. The module checks the
// values, then one request without the key checks whether the service answers at its address.
const { exampleInput } = require('../native/durable/fields');
const { statusOf } = require('../native/durable/service_request');

/** {ok, text}: text is for people, without secrets. */
async function checkConnection({ t, sessions }, entry, value) {
    const details = (error) => (error.details ?? []).map(({ path, message }) => `${path.slice(1)}: ${message}`).join('; ');
    try {
        await sessions.of(entry.module).execute({
            node: entry.descriptor.actionId,
            input: exampleInput(entry.fields, entry.additions.examples),
            connection: value,
            validateOnly: true,
        });
    } catch (error) {
        const text = [error.message, details(error)].filter(Boolean).join(' · ');
        return { ok: false, text: t('test.refused', { text }) };
    }
    const field = entry.connection.fields.find(({ name }) => name === 'base_url');
    const url = field && (value.base_url ?? field.default)?.trim();
    if (!url) {
        return { ok: true, text: t('test.valid') };
    }
    if (value.proxy) {
        return { ok: true, text: t('test.validBehindProxy') };
    }
    try {
        await statusOf(url, { method: 'HEAD', caFile: value.ca_file }); // any status is an answer
    } catch (error) {
        return { ok: false, text: t('test.unreachable', { url, text: error.message }) };
    }
    return { ok: true, text: t('test.reachable', { url }) };
}

module.exports = { checkConnection };
