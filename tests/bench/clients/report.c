#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long voluntary_switches(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

long process_status(const char* name) {
    char line[256];
    long value = -1;
    FILE* file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return -1;
    while (value < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    fclose(file);
    return value;
}

int64_t done_ns_of(const char* video) {
    const char* dash = video == NULL ? NULL : strrchr(video, '-');
    char* end;
    long long done;
    if (dash == NULL)
        return -1;
    done = strtoll(dash + 1, &end, 10);
    return end == dash + 1 || strncmp(end, ".mp4", 4) != 0 ? -1 : done;
}

static void* touched(size_t size) {
    void* memory = malloc(size);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    memset(memory, 0xff, size);
    return memory;
}

void allocate_report(struct report* report, size_t runs, int with_calls) {
    memset(report, 0, sizeof *report);
    report->runs = runs;
    report->delays = touched(runs * sizeof *report->delays);
    report->calls = with_calls ? touched(runs * sizeof *report->calls) : NULL;
}

void free_report(struct report* report) {
    free(report->delays);
    free(report->calls);
}

void begin_report(struct report* report) {
    report->rss_before = process_status("VmRSS:");
    report->switches_before = voluntary_switches();
    report->cpu_before = cpu_seconds();
    report->started = now_ns();
}

static int by_size(const void* a, const void* b) {
    const int64_t x = *(const int64_t*)a, y = *(const int64_t*)b;
    return (x > y) - (x < y);
}

static int by_call_size(const void* a, const void* b) {
    const uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
    return (x > y) - (x < y);
}

static size_t place_of(double fraction, size_t count) {
    const size_t place = (size_t)(fraction * (double)count);
    return place < count ? place : count - 1;
}

static void print_delays(struct report* report, size_t succeeded) {
    const int64_t* delays = report->delays + (report->runs - succeeded); /* behind the negative ones */
    double sum = 0;
    size_t i;
    qsort(report->delays, report->runs, sizeof *report->delays, by_size);
    if (succeeded == 0)
        return;
    for (i = 0; i < succeeded; ++i)
        sum += (double)delays[i];
    printf(",\"delay_mean_s\":%.6f,\"delay_p50_s\":%.6f,\"delay_p99_s\":%.6f,\"delay_max_s\":%.6f",
           sum / (double)succeeded / 1e9, (double)delays[place_of(0.5, succeeded)] / 1e9,
           (double)delays[place_of(0.99, succeeded)] / 1e9, (double)delays[succeeded - 1] / 1e9);
}

void print_report(struct report* report) {
    const double wall = (double)(now_ns() - report->started) / 1e9;
    const double cpu = cpu_seconds() - report->cpu_before;
    const long switches = voluntary_switches() - report->switches_before;
    const long peak = process_status("VmHWM:");
    const long threads = process_status("Threads:");
    size_t succeeded = 0;
    size_t i;
    for (i = 0; i < report->runs; ++i)
        succeeded += report->delays[i] >= 0;
    printf("{\"runs\":%zu,\"succeeded\":%zu,\"failed\":%zu,\"cpu_s\":%.6f,\"wall_s\":%.6f,"
           "\"peak_rss_kib\":%ld,\"rss_before_kib\":%ld,\"threads\":%ld,\"voluntary_switches\":%ld,"
           "\"own_bytes_per_run\":%zu",
           report->runs, succeeded, report->runs - succeeded, cpu, wall, peak, report->rss_before, threads,
           switches, sizeof *report->delays + (report->calls == NULL ? 0 : sizeof *report->calls));
    print_delays(report, succeeded);
    if (report->calls != NULL && report->runs > 0) {
        qsort(report->calls, report->runs, sizeof *report->calls, by_call_size);
        printf(",\"execute_median_us\":%.3f,\"execute_p99_us\":%.3f",
               (double)report->calls[place_of(0.5, report->runs)] / 1e3,
               (double)report->calls[place_of(0.99, report->runs)] / 1e3);
    }
    puts("}");
    fflush(stdout);
}
