'use strict';
// Until when a signed URL is valid, where it says so itself.

const year2001 = 978307200;
const year9999 = 253370764800;

const plausible = (seconds) => (seconds >= year2001 && seconds <= year9999 ? seconds : null);
const numberIn = (text) => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : null);

/** "20260131T120000Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00Z" or "2026-01-31", in seconds since 1970. */
function secondsOf(date) {
    const digits = /^[\d:TZ-]+$/.test(date ?? '') ? date.replace(/\D/g, '') : '';
    if (![8, 12, 14].includes(digits.length)) {
        return null;
    }
    const [, year, ...fields] = /^(\d{4})(..)(..)(..)(..)(..)$/.exec(digits.padEnd(14, '0'));
    const [month, day, hour, minute, second] = fields.map(Number);
    return plausible(Date.UTC(Number(year), month - 1, day, hour, minute, second) / 1000);
}

function expirySeconds(values) {
    // X-Amz-Date with X-Amz-Expires, and the same of Google's, Alibaba's and ByteDance's stores.
    for (const [name, value] of values) {
        const [, store] = /^(x-[a-z]+-)expires$/.exec(name) ?? [];
        const from = store === undefined ? null : secondsOf(values.get(`${store}date`));
        const lasts = numberIn(value);
        if (from !== null && lasts !== null) {
            return plausible(from + lasts);
        }
    }
    const expires = numberIn(values.get('expires'));
    if (expires !== null) {
        return plausible(expires);
    }
    return values.has('sig') ? secondsOf(values.get('se')) : null; // Azure's
}

/** A Date; null: the URL does not say. */
function expiryOf(url) {
    if (!URL.canParse(url)) {
        return null;
    }
    const values = new Map();
    for (const [name, value] of new URL(url).searchParams) {
        const key = name.toLowerCase();
        values.set(key, values.get(key) ?? value);
    }
    const seconds = expirySeconds(values);
    return seconds === null ? null : new Date(seconds * 1000);
}

/** "2026-01-31T12:00:00Z"; null: the URL does not say. */
const expiryText = (url) => expiryOf(url)?.toISOString().replace('.000Z', 'Z') ?? null;

/** As the URL itself says. */
const hasExpired = (url) => (expiryOf(url)?.getTime() ?? Infinity) < Date.now();

module.exports = { expiryOf, expiryText, hasExpired };
