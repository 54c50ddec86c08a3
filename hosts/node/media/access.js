'use strict';
// What a connection says of downloads: who may have the key, whom to trust, through which proxy.
const { isLoopbackHost, withoutBrackets } = require('./inner_address');

const mostRedirects = 5;

const unlessBlank = (value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);

/** The URL, if it is of http or https; otherwise null. */
function parseUrl(text, base) {
    if (typeof text !== 'string' || !URL.canParse(text, base)) {
        return null;
    }
    const url = new URL(text, base);
    return ['http:', 'https:'].includes(url.protocol) ? url : null;
}

/** `connection`: as its schema says; undefined: there is none. */
function accessOf(connection = {}) {
    const key = unlessBlank(connection.api_key);
    return {
        apiOrigin: parseUrl(unlessBlank(connection.base_url))?.origin ?? null,
        apiKey: key !== null && /^[\x21-\x7e]+$/.test(key) ? key : null,
        caFile: unlessBlank(connection.ca_file),
        proxy: unlessBlank(connection.proxy),
        allowsInsecureLoopback: connection.allow_insecure_loopback === true,
    };
}

/** Why a redirect is not followed, after so many; null: it is. Which address a name has is seen when it is connected to. */
function faultOfRedirect(from, to, followed, access, isRefused) {
    if (followed >= mostRedirects) {
        return `its URL redirects more than ${mostRedirects} times`;
    }
    if (to === null) {
        return 'its URL redirects to something that is no http or https URL';
    }
    const losesEncryption = from.protocol === 'https:' && to.protocol === 'http:';
    if (losesEncryption && !(access.allowsInsecureLoopback && isLoopbackHost(to.hostname))) {
        return 'its URL redirects from https to http';
    }
    return isRefused(withoutBrackets(to.hostname)) ? 'its URL redirects to an address that is not of the public internet' : null;
}

module.exports = { accessOf, faultOfRedirect, parseUrl };
