'use strict';
// Which addresses are not of the public internet.
const net = require('node:net');

// The IANA registry of special-purpose addresses, and multicast.
const innerV4 = [
    ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
    ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24],
    ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
];

const inner = new net.BlockList();
innerV4.forEach(([address, bits]) => inner.addSubnet(address, bits, 'ipv4'));

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The 16 bytes of an IPv6 address. */
function bytesOf(address) {
    const [text] = address.split('%'); // without its zone
    const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
    const hex = (high, low) => ((Number(high) << 8) | Number(low)).toString(16);
    const plain = v4 ? `${v4[1]}${hex(v4[2], v4[3])}:${hex(v4[4], v4[5])}` : text;
    const [head, tail] = plain.split('::').map((part) => part.split(':').filter(Boolean));
    const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
    return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

const beginsWith = (bytes, prefix) => prefix.every((byte, i) => bytes[i] === byte);
const v4At = (bytes, at) => bytes.slice(at, at + 4).join('.');
const zeros = (count) => Array(count).fill(0);

function isInnerV6(address) {
    const bytes = bytesOf(address);
    const isMapped = beginsWith(bytes, [...zeros(10), 255, 255]) || beginsWith(bytes, [0, 0x64, 0xff, 0x9b, ...zeros(8)]);
    if (isMapped) {
        return inner.check(v4At(bytes, 12), 'ipv4');
    }
    if (beginsWith(bytes, [0x20, 0x02])) {
        return inner.check(v4At(bytes, 2), 'ipv4');
    }
    const isGlobal = (bytes[0] & 0xe0) === 0x20; // 2000::/3, the only part that is given out
    return !isGlobal || beginsWith(bytes, [0x20, 0x01, 0x0d, 0xb8]);
}

const withoutBrackets = (host) => host.replace(/^\[(.*)\]$/, '$1');

/** false for what is no address. */
function isInnerAddress(text) {
    switch (net.isIP(text)) {
        case 4:
            return inner.check(text, 'ipv4');
        case 6:
            return isInnerV6(text);
        default:
            return false;
    }
}

/** `host`: of a URL. */
function isLoopbackHost(host) {
    const address = withoutBrackets(host);
    const family = net.isIP(address);
    return host === 'localhost' || (family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6'));
}

module.exports = { isInnerAddress, isLoopbackHost, withoutBrackets };
