'use strict';
// Takes and releases one ask's claim again and again, as a server does that is started anew each time. Ends with 1 if
// another process had it in hand meanwhile.
//   node claiming.cjs FOLDER ASK TIMES
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { Claims } = require('../../../hosts/mcp/lib/claims.js');

async function main([folder, ask, times]) {
    const inHand = path.join(folder, 'in-hand');
    let taken = 0;
    while (taken < Number(times)) {
        const claims = new Claims(path.join(folder, 'claims'));
        await claims.open();
        if (await claims.take(ask)) {
            fs.writeFileSync(inHand, '', { flag: 'wx' });
            await pause(1);
            fs.rmSync(inHand);
            await claims.release(ask);
            taken += 1;
        }
        await pause(Math.random() * 5);
    }
}

main(process.argv.slice(2));
