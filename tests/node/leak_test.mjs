// Under the address sanitizer: what the addon and the modules allocate is given back when workers end.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { modules, runProgram } from './support.mjs';

test('nothing is left when workers ended', { timeout: 60_000 }, async (t) => {
    // Node.js leaves memory of its own at its exit, so there is always a report. By frame pointers alone the
    // stacks would end inside Node.js.
    const options = 'detect_leaks=1:exitcode=0:fast_unwind_on_malloc=0';
    const argument = JSON.stringify({ ...modules, port: 9 });
    const { code, signal, stderr } = await runProgram('leak_check.mjs', [argument], 50_000, { ASAN_OPTIONS: options });
    assert.deepEqual([code, signal], [0, null], stderr);
    assert.match(stderr, /SUMMARY: AddressSanitizer: \d+ byte\(s\) leaked/);
    const leaks = stderr.split('\n\n').filter((part) => /^(Direct|Indirect) leak/.test(part));
    t.diagnostic(`${leaks.length} leaks of Node.js itself and of ours`);
    // Frame 0 is the allocator. Node.js never frees its side of an external at the end of a worker: 40 bytes.
    const allocatedByUs = /^ *#1 .*((src|callback_module|module_c)\/\w+\.c:|napi_create_threadsafe_function)/m;
    const ours = leaks.filter((leak) => allocatedByUs.test(leak));
    assert.deepEqual(ours, []);
});
