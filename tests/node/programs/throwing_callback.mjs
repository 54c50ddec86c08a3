import { load } from '../../../hosts/node/index.js';

const caught = new Set();
process.on('uncaughtException', ({ message }) => {
    if (!caught.has(message)) {
        caught.add(message);
        console.log(`caught ${message}`);
    }
});
const fail = (message) => {
    throw new Error(message);
};
const session = load(process.argv[2]).open({ settings: { threads: 1 }, onLog: () => fail('onLog') });
const { outcome } = await session.execute({
    node: 'storm',
    input: { logs: 3, progress: 3 },
    onProgress: () => fail('onProgress'),
});
console.log(outcome);
await session.close();
