#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse(const char* usage, const char* what) {
    fprintf(stderr, "%s\n%s", what, usage);
    exit(2);
}

static double number_of(const char* text, const char* usage) {
    char* end;
    const double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 0))
        refuse(usage, "not a number that fits");
    return number;
}

static enum mode mode_of(const char* text, const char* usage) {
    if (strcmp(text, "sequence") == 0)
        return MODE_SEQUENCE;
    if (strcmp(text, "waiting") == 0)
        return MODE_WAITING;
    if (strcmp(text, "at-once") == 0)
        return MODE_AT_ONCE;
    if (strcmp(text, "start") == 0)
        return MODE_START;
    if (strcmp(text, "idle") != 0)
        refuse(usage, "there is no such mode");
    return MODE_IDLE;
}

struct options read_options(int argc, char** argv, const char* usage) {
    struct options options = {0};
    int i;
    options.runs = 1;
    options.max_connections = 64;
    options.interval = 2;
    options.idle = 60;
    for (i = 1; i + 1 < argc; i += 2) {
        const char* name = argv[i];
        const char* value = argv[i + 1];
        if (strcmp(name, "--module") == 0)
            options.module = value;
        else if (strcmp(name, "--base-url") == 0)
            options.base_url = value;
        else if (strcmp(name, "--ca-file") == 0)
            options.ca_file = value;
        else if (strcmp(name, "--api-binding") == 0)
            options.api_binding = value;
        else if (strcmp(name, "--run-keys") == 0)
            options.run_keys = number_of(value, usage) != 0;
        else if (strcmp(name, "--mode") == 0)
            options.mode = mode_of(value, usage);
        else if (strcmp(name, "--runs") == 0)
            options.runs = (size_t)number_of(value, usage);
        else if (strcmp(name, "--warm-up") == 0)
            options.warm_up = (size_t)number_of(value, usage);
        else if (strcmp(name, "--max-connections") == 0)
            options.max_connections = (long)number_of(value, usage);
        else if (strcmp(name, "--time-limit") == 0)
            options.time_limit = number_of(value, usage);
        else if (strcmp(name, "--interval") == 0)
            options.interval = number_of(value, usage);
        else if (strcmp(name, "--seconds") == 0)
            options.idle = number_of(value, usage);
        else
            refuse(usage, name);
    }
    if (i != argc)
        refuse(usage, "every option has a value");
    if (options.runs == 0 || (options.base_url == NULL && options.mode != MODE_START))
        refuse(usage, "--base-url and at least one run are needed");
    return options;
}
