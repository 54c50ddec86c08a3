/* What a client of the benchmark measures about itself, and the line that it prints. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The measured part. Its memory is there, and touched, before the first run begins: what a run costs then is
 * the client's own. Per run a place in `delays`, and one in `calls` where begin_report was asked for them.
 */
struct report {
    size_t runs;       /* asked for; begun, once it is over */
    int64_t* delays;   /* ns from the job's end until it was noticed; negative: there is no video */
    uint32_t* calls;   /* ns that the call to begin a run took; NULL: not measured */
    long rss_before;   /* KiB */
    double cpu_before; /* s */
    long switches_before;
    int64_t started;
};

int64_t now_ns(void);
/* Of the whole process until now, in seconds. */
double cpu_seconds(void);
/* A number of /proc/self/status, e.g. "VmHWM:"; -1: not there. */
long process_status(const char* name);

/*
 * The moment of the job's end, from a URL as the service makes it: https://…/job-7-<ns>.mp4, or a text that
 * ends with it and a few more characters. -1: it holds none.
 */
int64_t done_ns_of(const char* video);

void allocate_report(struct report* report, size_t runs, int with_calls);
void free_report(struct report* report);
/* From here on it is measured. */
void begin_report(struct report* report);
/* Prints the JSON line. */
void print_report(struct report* report);

#endif
