import { load } from '../../../hosts/node/index.js';

const session = load(process.argv[2]).open();
session.execute({ node: 'slow_echo', input: { text: '', milliseconds: 300 } }).then(({ outcome }) => {
    console.log(outcome);
    session.close().then(() => console.log('closed'));
});
