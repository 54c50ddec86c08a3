'use strict';
// Which addresses are not of the public internet: those of the IANA registries of special-purpose addresses.
const net = require('node:net');

const inner = new net.BlockList();
for (const [prefix, bits] of [
    ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
    ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3],
]) {
    inner.addSubnet(prefix, bits, 'ipv4');
}
const outer6 = new net.BlockList();
outer6.addSubnet('2000::', 3, 'ipv6'); // the only part that is given out
const inner6 = new net.BlockList();
inner6.addSubnet('2001:db8::', 32, 'ipv6');
inner6.addSubnet('2002::', 16, 'ipv6'); // 6to4 leads to any IPv4 address

function isInner(address) {
    if (net.isIPv4(address)) {
        return inner.check(address, 'ipv4');
    }
    const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
    if (v4 !== undefined) {
        return inner.check(v4, 'ipv4');
    }
    return !outer6.check(address, 'ipv6') || inner6.check(address, 'ipv6');
}

module.exports = { isInner };
