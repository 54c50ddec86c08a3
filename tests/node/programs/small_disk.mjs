// Keeps the file at a URL in a process whose files may have 50 KiB.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { keepMedia } = require('../../../hosts/node/media/download.js');
const { PartFile } = require('../../../hosts/node/media/places.js');

execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=51200']);
const [url, file] = process.argv.slice(2);
const openPlace = () => PartFile.create(file);
const { error } = await keepMedia({ url, kind: 'video', largest: 1e9, toRaiseLargest: 'a setting', openPlace }, { pausesMs: [1, 1] });
console.log(error.code);
