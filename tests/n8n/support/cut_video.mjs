// A server of videos that cuts the first reply for each of them off, and continues it when it is asked to.

const size = 100_000;
const video = Buffer.alloc(size, 'video');

/** {sendVideo: for a JobServer, ranges: what was asked for, in the order of the requests}. */
export function cutFirst() {
    const seen = new Set();
    const ranges = [];
    const sendVideo = ({ url, headers }, response) => {
        ranges.push(headers.range);
        const common = { 'Content-Type': 'video/mp4', 'Accept-Ranges': 'bytes', ETag: '"one"' };
        const [, from] = /^bytes=(\d+)-$/.exec(headers.range) ?? [];
        if (from !== undefined && headers['if-range'] === '"one"') {
            const range = `bytes ${from}-${size - 1}/${size}`;
            response.writeHead(206, { ...common, 'Content-Length': size - from, 'Content-Range': range });
            response.end(video.subarray(Number(from)));
            return;
        }
        response.writeHead(200, { ...common, 'Content-Length': size });
        const isFirst = !seen.has(url);
        seen.add(url);
        response.write(video.subarray(0, isFirst ? 40_000 : size), () => (isFirst ? response.destroy() : response.end()));
    };
    return { sendVideo, ranges };
}
