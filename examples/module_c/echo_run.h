/* What the parts of the example share. */
#pragma once

#include <workflow_node/node.h>

#include <pthread.h>
#include <stdint.h>

struct session {
    struct session* next;
    uintptr_t id;
    wfn_host host;
    int closing;
    int live;                   /* threads that have not come to their end */
    struct ended_thread* ended; /* threads that came to their end and are still to be joined */
};

struct ended_thread {
    pthread_t thread;
    struct ended_thread* next;
};

struct run {
    struct run* next;
    uintptr_t id;
    struct session* session; /* valid until the run is over */
    pthread_t thread;
    struct ended_thread* end; /* for the session, when the thread comes to its end */
    wfn_request request;      /* its strings are not used after execute */
    int slow, resumed, bad_connection, collects_nothing;
    char *input, *output;
    int64_t started_ms, left_ms;
    int cancel, suspend, awaiting, kept, ended, over, released;
    wfn_error error;
    wfn_result result;
    char error_json[640], checkpoint[64];
    wfn_checkpoint given;
};

/* Guards all that more than one thread touches. No function of the host is called while it is held. */
extern pthread_mutex_t echo_mutex;

/*
 * With the mutex held: waits until something of some run changed, at most until then on the monotonic
 * clock, negative: without an end. 0 when the time has come.
 */
int wait_changed(int64_t until_ms);
int64_t now_ms(void);

/* echo_work.c: does the run's work on the calling thread, tells its progress, fills its result. */
void echo_work(struct run* r);
/* Without a JSON parser, and good enough for an example: the number after "milliseconds":. */
int64_t milliseconds_in(const char* json, int64_t otherwise);
/* As wfn_node.errors_json says. */
extern const char echo_errors_json[];

/* echo_sessions.c: the functions of the table, as node.h says. slow: 1 for the node slow_echo. */
wfn_status echo_open(const wfn_host* host, const char* settings_json, wfn_session** session);
wfn_status echo_close(wfn_session* session);
wfn_status echo_execute(wfn_session* session, const wfn_request* request, wfn_run** run, int slow);
wfn_status echo_run_cancel(wfn_run* run);
wfn_status echo_run_suspend(wfn_run* run);
wfn_status echo_run_checkpoint_saved(wfn_run* run, int32_t kept);
wfn_status echo_run_wait(wfn_run* run, int64_t timeout_ms);
const wfn_result* echo_run_result(wfn_run* run);
wfn_status echo_run_release(wfn_run* run);
