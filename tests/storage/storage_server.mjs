// storage_server.mjs DIRECTORY BUCKET: an S3-compatible server on an ephemeral port, which it prints. Its keys are those
// of the package, S3RVER and S3RVER.
import S3rver from '@20minutes/s3rver';

const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
});
const { port } = await server.run();
console.log(port);
process.on('SIGTERM', () => process.exit(0));
