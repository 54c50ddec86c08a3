/* The command line that the benchmark's clients share. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stddef.h>

enum mode { MODE_SEQUENCE, MODE_WAITING, MODE_AT_ONCE, MODE_START, MODE_IDLE };

struct options {
    const char* module; /* the path of the module; only module_client has it */
    const char* base_url;
    const char* ca_file;     /* NULL: none */
    const char* api_binding; /* a file that the connection carries; NULL: none. Only module_client has it */
    int run_keys;            /* 1: each run has one of its own; only module_client has it */
    enum mode mode;
    size_t runs;
    size_t warm_up; /* runs of the same kind before the measured ones */
    long max_connections;
    double time_limit; /* seconds after which no further run is begun in sequence; 0: none */
    double interval;   /* seconds between two polls of a job; only curl_client has it */
    double idle;       /* seconds to watch in MODE_IDLE */
};

/* Ends the process with a usage text where the command line is wrong. */
struct options read_options(int argc, char** argv, const char* usage);

#endif
