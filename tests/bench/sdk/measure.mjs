// Runs one client's way of getting a video many times, and prints what that took as one JSON line, with the same
// names as the clients in C.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const input = {
    prompt: 'Slowly rotating 360 degrees, smooth camera movement, professional product showcase',
    image: 'https://example.com/product-shoe.jpg',
    negativePrompt: 'jerky motion, blurry, distorted, static',
};

const { values } = parseArgs({
    options: {
        'base-url': { type: 'string' },
        mode: { type: 'string', default: 'sequence' },
        runs: { type: 'string', default: '1' },
        'warm-up': { type: 'string', default: '0' },
        'time-limit': { type: 'string', default: '0' },
    },
});

const status = (name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? -1);

const quantile = (sorted, fraction) =>
    sorted[Math.min(Math.floor(fraction * sorted.length), sorted.length - 1)];

class Report {
    constructor(runs) {
        this.runs = runs;
        this.delays = [];
        this.rssBefore = status('VmRSS');
        this.switchesBefore = process.resourceUsage().voluntaryContextSwitches;
        this.cpuBefore = process.cpuUsage();
        this.started = process.hrtime.bigint();
    }

    note(video) {
        const now = process.hrtime.bigint(); // CLOCK_MONOTONIC, as the service's
        const done = /-(\d+)\.mp4$/.exec(video);
        if (done === null) throw new Error(`This is no URL of a video: ${video}`);
        this.delays.push(Math.max(Number(now - BigInt(done[1])) / 1e9, 0));
    }

    print() {
        const cpu = process.cpuUsage(this.cpuBefore);
        const wall = Number(process.hrtime.bigint() - this.started) / 1e9;
        const sorted = Float64Array.from(this.delays).sort();
        const line = {
            runs: this.runs,
            succeeded: sorted.length,
            failed: this.runs - sorted.length,
            cpu_s: (cpu.user + cpu.system) / 1e6,
            wall_s: wall,
            peak_rss_kib: status('VmHWM'),
            rss_before_kib: this.rssBefore,
            threads: status('Threads'),
            voluntary_switches: process.resourceUsage().voluntaryContextSwitches - this.switchesBefore,
        };
        if (sorted.length > 0)
            Object.assign(line, {
                delay_mean_s: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length,
                delay_p50_s: quantile(sorted, 0.5),
                delay_p99_s: quantile(sorted, 0.99),
                delay_max_s: sorted[sorted.length - 1],
            });
        console.log(JSON.stringify(line));
    }
}

let complaints = 0;

async function runOnce(getVideo, report) {
    try {
        report.note(await getVideo());
    } catch (error) {
        if (complaints++ < 3) console.error(`a run failed: ${error?.message} ${error?.cause?.message ?? ''}`);
    }
}

const runAtOnce = (getVideo, report) =>
    Promise.all(Array.from({ length: report.runs }, () => runOnce(getVideo, report)));

async function runInSequence(getVideo, report, timeLimit) {
    const end = timeLimit > 0 ? performance.now() + timeLimit * 1000 : Infinity;
    let begun = 0;
    for (; begun < report.runs && (begun === 0 || performance.now() < end); ++begun)
        await runOnce(getVideo, report);
    report.runs = begun;
}

// makeClient: takes the URL of the service and returns a function that makes one job, waits for it as the client
// does by itself, and gives the URL of the video. What an error that nobody catches does to the process is left as it is.
export async function measure(makeClient) {
    const getVideo = makeClient(values['base-url']);
    // At once in either mode: some clients sleep for seconds before they look, and the compiler has to get warm.
    if (Number(values['warm-up']) > 0) await runAtOnce(getVideo, new Report(Number(values['warm-up'])));
    const report = new Report(Number(values.runs));
    process.once('SIGTERM', () => {
        report.print();
        process.exit(3);
    });
    if (values.mode === 'at-once') await runAtOnce(getVideo, report);
    else await runInSequence(getVideo, report, Number(values['time-limit']));
    report.print();
    process.exit(0); // idle connections would keep it alive
}
