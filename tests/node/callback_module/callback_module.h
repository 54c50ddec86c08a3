/* What the parts of the module share that calls its host back from many threads. */
#pragma once

#include <workflow_node/node.h>

#include <pthread.h>
#include <stdint.h>

enum { MOST_THREADS = 32, MOST_RUNS = 1 << 17 };

/*
 * storm        as much log and progress as the input says, then its end
 * checkpoints  asks for as many checkpoints as the input says; tells which were kept
 * silent       never says that it is over: no module may do this, and a host must live with it
 * garbled      says so with what is not JSON
 * attachments  asks for the file "one file" as often as the input says; tells the last one's size and sum
 */
enum kind { STORM, CHECKPOINTS, SILENT, GARBLED, ATTACHMENTS };

struct session {
    wfn_host host;
    pthread_t threads[MOST_THREADS];
    int thread_count, closing;
    int64_t close_ms;
    char closed_file[256];
    pthread_cond_t queued;
    struct run *first, *last; /* runs that no thread has taken yet */
};

struct run {
    struct run* next;
    uintptr_t id;
    struct session* session;
    enum kind kind;
    wfn_request request; /* its strings are not used after execute */
    int64_t logs, reports, checkpoints, attachments, bytes, hold, patience_ms;
    int cancel, suspend, awaiting, kept, out_of_memory, over, released;
    int64_t file_size, file_sum; /* -1: there is none */
    char failure[256];
    wfn_result result;
};

/* Guards all that more than one thread touches. No function of the host is called while it is held. */
extern pthread_mutex_t callback_mutex;
extern pthread_cond_t callback_changed;

/* callback_work.c: the run, from its first callback to its last, on the calling thread. */
void work(struct run* r);

/* callback_module.c */
/* The run is over for its thread. */
void finish(struct run* r);
