// The run stores: which process may act for a run, and what survives.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { freePort } from '../support/child.js';
import { pause, until } from '../support/waiting.js';

import { repository, temporaryDirectory } from './support/places.mjs';
import { RedisCluster, RedisServer } from './support/redis.mjs';

const require = createRequire(import.meta.url);
const lib = path.join(repository, 'hosts', 'n8n', 'dist', 'lib');
const { FileStore } = require(path.join(lib, 'file_store.js'));
const { RedisStore, leaseMs } = require(path.join(lib, 'redis_store.js'));
const { claimRun } = require(path.join(lib, 'node_run.js'));
const { collectRun, failureOf, fromFlow, NotCollectable } = require(path.join(lib, 'collect_run.js'));
const { RunError } = require(path.join(lib, '..', 'native', 'addon'));
const { redisSettings } = require(path.join(lib, 'redis_settings.js'));
const { keepingTimeMs } = require(path.join(lib, 'run_store.js'));

const hour = 3600 * 1000;
const directory = temporaryDirectory();
const open = [];
const server = new RedisServer(directory);
const tlsServer = new RedisServer(directory, { name: 'redis-tls', tls: true });
const cluster = new RedisCluster(directory);
before(() => Promise.all([server, tlsServer, cluster].map((one) => one.start())));
after(async () => {
    await Promise.all(open.map((store) => store.close()));
    await Promise.all([server, tlsServer, cluster].map((one) => one.end()));
    fs.rmSync(directory, { recursive: true, force: true });
});

function redisStore(environment = server.environment) {
    const store = new RedisStore(redisSettings(environment), hour);
    open.push(store);
    return store;
}

const record = (more = {}) => ({
    runKey: 'run',
    input: { prompt: 'x' },
    checkpoint: null,
    jobId: null,
    output: null,
    warnings: [],
    failure: null,
    ...more,
});
const submittedAs = (jobId) => ({ submission: 'yes', jobId, json: JSON.stringify({ version: 1, state: 'submitted', job_id: jobId }) });
const intent = { submission: 'maybe', jobId: null, json: '{"version":1,"state":"intent"}' };
const submitted = submittedAs('job_1');
/** As versions kept it that read the module's own text. */
const earlier = { version: 1, state: 'submitted', key: 'k', job_id: 'job_1' };
const ofEarlier = { submission: 'maybe', jobId: null, json: JSON.stringify(earlier) };

/** A store whose process is frozen: it does not renew. */
function freeze(claim) {
    claim.renew = () => Promise.resolve();
}

for (const [name, make] of [
    ['Redis', () => redisStore()],
    // This process was not started with its authority; n8n's are, in queue_mode_test.
    ['Redis over TLS', () => redisStore({ ...tlsServer.environment, QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE: 'false' })],
    ['a cluster of Redis', () => redisStore(cluster.environment)],
    ['files', () => new FileStore(path.join(directory, 'runs'), hour)],
]) {
    test(`${name}: what is kept is found, by its names too`, async () => {
        const store = make();
        const claim = await store.claim(`${name} kept`);
        assert.equal(claim.record, null);
        await claim.keep(record({ checkpoint: submitted, jobId: 'job_1' }));
        await store.addName('job:job_1', `${name} kept`);
        await claim.release(record({ checkpoint: submitted, jobId: 'job_1', output: { video: 'v' } }));
        assert.equal(await store.findRunKey('job:job_1'), `${name} kept`);
        assert.deepEqual(await store.find(`${name} kept`), record({ checkpoint: submitted, jobId: 'job_1', output: { video: 'v' } }));
        assert.equal(await store.find('never heard of'), null);
        assert.equal(await store.findRunKey('never heard of'), null);
    });

    test(`${name}: runs are listed, each once`, async () => {
        const store = make();
        for (const runKey of ['7:node:0:1', '7:node:0:0', '7:node:0:1']) {
            await store.addToList('execution:7', runKey);
        }
        await store.addToList('execution:8', '8:node:0:0');
        assert.deepEqual((await store.listed('execution:7')).sort(), ['7:node:0:0', '7:node:0:1']);
        assert.deepEqual(await store.listed('execution:9'), []);
    });

    test(`${name}: one claim at a time, the next when it is given up`, async () => {
        const store = make();
        const first = await store.claim(`${name} claimed`);
        let second;
        const waiting = store.claim(`${name} claimed`).then((claim) => (second = claim));
        await pause(300);
        assert.equal(second, undefined);
        await first.release(record({ checkpoint: intent }));
        await waiting;
        assert.deepEqual(second.record.checkpoint, intent);
        await second.release(null);
        assert.equal(await store.find(`${name} claimed`), null);
    });
}

test('Redis: a claim lasts while its process lives, and ends when it is frozen', { timeout: 60_000 }, async () => {
    const [alive, other] = [redisStore(), redisStore()];
    const claim = await alive.claim('lease');
    await claim.keep(record({ checkpoint: intent }));
    await assert.rejects(other.claim('lease', AbortSignal.timeout(leaseMs * 1.5)));
    assert.equal(claim.lost, false);

    freeze(claim);
    const taken = await other.claim('lease', AbortSignal.timeout(leaseMs * 1.5));
    assert.deepEqual(taken.record.checkpoint, intent);
    await assert.rejects(claim.keep(record({ checkpoint: intent })), /belongs to another worker/);
    assert.equal(claim.lost, true);
    await claim.release(null);
    assert.deepEqual((await other.find('lease')).checkpoint, intent, 'the run is no longer the first one to delete');
    await taken.release(null);
});

test('Redis: a frozen process that has submitted still names its job, unless another went on', { timeout: 60_000 }, async () => {
    const [frozen, other] = [redisStore(), redisStore()];
    const claims = await Promise.all(['named', 'gone on'].map((key) => frozen.claim(key)));
    for (const claim of claims) {
        await claim.keep(record({ checkpoint: intent }));
        freeze(claim);
    }
    const taken = await Promise.all(['named', 'gone on'].map((key) => other.claim(key, AbortSignal.timeout(leaseMs * 1.5))));
    await taken[1].keep(record({ checkpoint: submittedAs('job_2'), jobId: 'job_2' }));
    for (const claim of claims) {
        await assert.rejects(claim.keep(record({ checkpoint: submitted, jobId: 'job_1' })), /belongs to another worker/);
    }
    assert.equal((await other.find('named')).jobId, 'job_1');
    assert.equal((await other.find('gone on')).jobId, 'job_2');
    await Promise.all(taken.map((claim) => claim.release(null)));
});

test('Redis: what it forgets, the process that has the run tells it again', { timeout: 60_000 }, async () => {
    const store = redisStore();
    const claim = await store.claim('forgotten');
    await claim.keep(record({ checkpoint: submitted, jobId: 'job_1' }));
    await store.client.flushall();
    await until('the record', () => store.find('forgotten'), leaseMs);
    assert.deepEqual((await store.find('forgotten')).checkpoint, submitted);
    await claim.release(null);
});

test('Redis: everything expires', async () => {
    const store = redisStore();
    const claim = await store.claim('expires');
    await claim.keep(record({ checkpoint: intent }));
    await claim.release(record({ checkpoint: intent }));
    await store.addName('name', 'expires');
    await store.addToList('list', 'expires');
    const keys = await store.client.keys('*');
    for (const key of keys) {
        assert.ok((await store.client.pttl(key)) > 0, `${key} never expires`);
    }
});

test('Redis over TLS: an untrusted certificate is refused', { timeout: 60_000 }, async () => {
    const settings = redisSettings(tlsServer.environment);
    const store = new RedisStore({ ...settings, options: { ...settings.options, maxRetriesPerRequest: 1 } }, hour);
    let refusal;
    store.client.on('error', (error) => (refusal = error));
    await assert.rejects(store.claim('refused'));
    assert.match(refusal.code, /CERT/);
    store.client.disconnect();
});

test('a cluster of Redis: runs are spread over its servers', async () => {
    const store = redisStore(cluster.environment);
    const claims = await Promise.all(Array.from({ length: 30 }, (_, number) => store.claim(`spread ${number}`)));
    await Promise.all(claims.map((claim) => claim.keep(record({ checkpoint: intent }))));
    assert.ok(cluster.servers.every((one) => Number(one.command('dbsize')) > 0));
    await Promise.all(claims.map((claim) => claim.release(null)));
});

test('Redis: a server that became a replica is asked again until it, or its replacement, is a master', { timeout: 60_000 }, async () => {
    const store = redisStore();
    const claim = await store.claim('failover');
    server.command('replicaof', '127.0.0.1', await freePort()); // no server is there
    const kept = claim.keep(record({ checkpoint: intent }));
    await assert.rejects(Promise.race([kept, pause(1500).then(() => Promise.reject(new Error('not yet')))]), /not yet/);
    server.command('replicaof', 'no', 'one');
    await kept;
    assert.deepEqual((await store.find('failover')).checkpoint, intent);
    await claim.release(null);
});

test('files: whole after a kill, for the owner alone, and gone when old', async () => {
    const folder = path.join(directory, 'old');
    const store = new FileStore(folder, hour);
    const claim = await store.claim('run');
    await claim.keep(record({ checkpoint: submitted, jobId: 'job_1' }));
    const [name] = fs.readdirSync(folder);
    assert.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600);
    const old = new Date(Date.now() - 2 * hour);
    for (const left of ['run-x.new', 'run-y.new']) {
        fs.writeFileSync(path.join(folder, left), 'half a rec');
    }
    fs.utimesSync(path.join(folder, 'run-x.new'), old, old);
    assert.equal((await new FileStore(folder, hour).find('run')).jobId, 'job_1');
    assert.deepEqual(fs.readdirSync(folder).sort(), [name, 'run-y.new'], 'the other one may be written by a second process');
    fs.utimesSync(path.join(folder, name), old, old);
    assert.equal(await new FileStore(folder, hour).find('run'), null);
    await claim.release(null);
});

test('files: a waiting run of the same name gets the record only with the same inputs', async () => {
    const store = new FileStore(path.join(directory, 'names'), hour);
    const order = (prompt, node = 'one') => ({ runKey: '4711', node, executionId: '1', place: 'p', repeats: false, input: { prompt } });
    const first = await claimRun(store, order('cat'));
    assert.deepEqual([first.runKey, first.warnings], ['4711', []]);
    const waiting = [claimRun(store, order('dog')), claimRun(store, order('cat'))];
    const cats = record({ runKey: '4711', input: { prompt: 'cat' }, checkpoint: submitted, jobId: 'job_1' });
    await first.claim.keep(cats);
    await first.claim.release({ ...cats, output: { video: 'cat' } });
    const [dog, cat] = await Promise.all(waiting);
    assert.match(dog.runKey, /^4711:[0-9a-f]{16}$/);
    assert.equal(dog.claim.record, null);
    assert.equal(dog.warnings[0].code, 'inputs_changed');
    assert.match(dog.warnings[0].message, /job_1/);
    assert.deepEqual([cat.runKey, cat.claim.record.output], ['4711', { video: 'cat' }]);
    assert.deepEqual((await store.find('4711')).output, { video: 'cat' }, 'the first one is as it was');
});

test('files: a run of the same name and inputs is another one where it is of another node', async () => {
    const store = new FileStore(path.join(directory, 'nodes'), hour);
    const order = (node) => ({ runKey: '4711', node, executionId: '1', place: 'p', repeats: false, input: { prompt: 'cat' } });
    const finished = (node) => record({ runKey: '4711', node, input: { prompt: 'cat' }, output: { made: node ?? 'before' } });
    const digest = /:([0-9a-f]{16})$/;
    const [first, kept] = [await claimRun(store, order('one')), finished('one')];
    await first.claim.release(kept);
    const other = await claimRun(store, order('other'));
    assert.match(other.runKey, digest);
    assert.deepEqual([other.claim.record, other.warnings.map(({ code }) => code)], [null, ['inputs_changed']]);
    await other.claim.release({ ...finished('third'), runKey: other.runKey }); // as if a third node had taken that name
    const last = await claimRun(store, order('other'));
    assert.equal(last.runKey, `4711:other:${digest.exec(other.runKey)[1]}`);
    const again = await claimRun(store, order('one'));
    assert.deepEqual(again.claim.record.output, { made: 'one' });
    await again.claim.release(finished(undefined)); // as an earlier version kept it
    assert.deepEqual((await claimRun(store, order('one'))).claim.record.output, { made: 'before' });
    await last.claim.release(null);
});

test('files: two writers of one file do not disturb each other', async () => {
    const folder = path.join(directory, 'writers');
    const stores = [new FileStore(folder, hour), new FileStore(folder, hour)]; // as of two processes
    await Promise.all(
        Array.from({ length: 200 }, (_, number) =>
            Promise.all([stores[number % 2].addName('place', `run ${number}`), stores[number % 2].addToList('list', 'run')]),
        ),
    );
    assert.match(await stores[0].findRunKey('place'), /^run \d+$/);
    assert.deepEqual(await stores[1].listed('list'), ['run']);
    assert.equal(fs.readdirSync(folder).filter((name) => name.endsWith('.new')).length, 0);
});

test('a checkpoint of the flow: its job is named; without a job there is nothing to collect; run keys may be numbers', async () => {
    const given = { run_key: 4711, input: {}, checkpoint: submitted };
    assert.deepEqual([fromFlow(given).runKey, fromFlow(JSON.stringify(given)).jobId], ['4711', 'job_1']);
    const withoutCheckpoint = { ...fromFlow(given), checkpoint: null };
    await assert.rejects(collectRun('node', withoutCheckpoint, {}, 0), NotCollectable);
    const ofAnother = fromFlow({ ...given, checkpoint: earlier });
    assert.deepEqual([ofAnother.checkpoint, ofAnother.jobId], [ofEarlier, null], 'what it is, the module says');
    for (const wrong of [{ run_key: '' }, { run_key: null }, { checkpoint: null }, { checkpoint: 'job_1' }]) {
        assert.throws(() => fromFlow({ ...given, ...wrong }), NotCollectable);
    }
});

test('records of an earlier version are read: what their checkpoint means, only the module knows', async () => {
    for (const store of [new FileStore(path.join(directory, 'earlier'), hour), redisStore()]) {
        const claim = await store.claim('earlier');
        await claim.release(record({ checkpoint: earlier, jobId: 'job_1' }));
        assert.deepEqual(await store.find('earlier'), record({ checkpoint: ofEarlier, jobId: 'job_1' }));
        const again = await store.claim('earlier');
        assert.deepEqual(again.record.checkpoint, ofEarlier);
        await again.release(null);
    }
});

test('a run that failed with nothing to collect fails as it did', () => {
    const failure = { type: 'Rate Limited', code: 'rate_limited', message: 'm', cause: 'c', solution: 's', retryable: true };
    const run = { runKey: 'run', jobId: null, failure };
    const nothing = new RunError({ ...failure, code: 'nothing_to_collect' });
    for (const reason of [nothing, new NotCollectable('no job')]) {
        assert.equal(failureOf(run, reason).error.code, 'rate_limited');
    }
    const neverMade = new RunError({ ...failure, code: 'nothing_to_collect', charged: 'no' });
    assert.equal(failureOf(run, neverMade).error, neverMade);
    const other = new RunError({ ...failure, code: 'api_connection_error' });
    assert.equal(failureOf(run, other).error, other);
    assert.equal(failureOf({ ...run, failure: null }, nothing).error, nothing);
});

test('files: a wait for a run may be cancelled, and the next one still gets the run', async () => {
    const store = new FileStore(path.join(directory, 'waiting'), hour);
    const first = await store.claim('run');
    const cancel = new AbortController();
    const cancelled = store.claim('run', cancel.signal);
    const next = store.claim('run');
    cancel.abort(new Error('no longer wanted'));
    await assert.rejects(cancelled, /no longer wanted/);
    await first.release(record({ jobId: 'job_1' }));
    assert.equal((await next).record.jobId, 'job_1');
});

test('files: a folder that cannot be made is tried again', async () => {
    const blocked = path.join(directory, 'blocked');
    fs.writeFileSync(blocked, 'a file where the folder should be');
    const store = new FileStore(blocked, hour);
    await assert.rejects(store.addName('name', 'run'), { code: 'EEXIST' });
    await assert.rejects(store.claim('run'), { code: 'ENOTDIR' });
    fs.rmSync(blocked);
    assert.equal((await store.claim('run')).record, null);
    await store.addName('name', 'run');
    assert.equal(await store.findRunKey('name'), 'run');
});

test("the queue's settings, as n8n reads them", () => {
    const file = path.join(directory, 'password');
    fs.writeFileSync(file, 'from a file\n');
    const { options, clusterNodes, clusterOptions, prefix } = redisSettings({
        QUEUE_BULL_REDIS_HOST: 'redis.example',
        QUEUE_BULL_REDIS_PORT: '6380',
        QUEUE_BULL_REDIS_DB: '2',
        QUEUE_BULL_REDIS_USERNAME: 'n8n',
        QUEUE_BULL_REDIS_PASSWORD_FILE: file,
        QUEUE_BULL_REDIS_TLS: 'TRUE',
        QUEUE_BULL_REDIS_TLS_SERVERNAME: 'certified.example',
        QUEUE_BULL_REDIS_KEEP_ALIVE: '1',
        QUEUE_BULL_REDIS_CLUSTER_NODES: 'a:1, [::1]:2',
        QUEUE_BULL_REDIS_DNS_LOOKUP_STRATEGY: 'NONE',
        QUEUE_BULL_REDIS_RECONNECT_ON_FAILOVER: 'false',
        QUEUE_BULL_PREFIX: 'mine',
    });
    const { host, port, db, username, password, tls, keepAlive, reconnectOnError } = options;
    assert.deepEqual({ host, port, db, username, password, tls, keepAlive, reconnectOnError }, {
        host: 'redis.example',
        port: 6380,
        db: 2,
        username: 'n8n',
        password: 'from a file',
        tls: { servername: 'certified.example', rejectUnauthorized: true },
        keepAlive: 5000,
        reconnectOnError: undefined,
    });
    assert.deepEqual(clusterNodes, [{ host: 'a', port: 1 }, { host: '[::1]', port: 2 }]);
    assert.equal(clusterOptions.redisOptions, options);
    clusterOptions.dnsLookup('a.example', (error, address) => assert.deepEqual([error, address], [null, 'a.example']));
    assert.equal(prefix, 'mine:image-to-video');
    assert.equal(redisSettings({}).options.tls, undefined);
    assert.equal(redisSettings({}).clusterOptions.dnsLookup, undefined);
});

test('runs are kept for a week, or as the operator says', () => {
    assert.equal(keepingTimeMs({}), 7 * 24 * hour);
    assert.equal(keepingTimeMs({ IMAGE_TO_VIDEO_KEEP_HOURS: '2' }), 2 * hour);
    assert.throws(() => keepingTimeMs({ IMAGE_TO_VIDEO_KEEP_HOURS: 'long' }), /^Error: IMAGE_TO_VIDEO_KEEP_HOURS must be/);
});
