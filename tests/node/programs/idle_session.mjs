import { load } from '../../../hosts/node/index.js';

globalThis.session = load(process.argv[2]).open();
console.log('opened');
