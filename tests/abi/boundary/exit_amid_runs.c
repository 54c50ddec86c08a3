/*
 * exit_amid_runs MODULE SEED < CONNECTION
 *
 * Starts runs and calls exit() in their midst, at a moment chosen by the seed: after so many callbacks,
 * and then so much busy time. Exit code: 40 + SEED % 50; 1 when it did not come so far.
 */
#include <workflow_node/node.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { run_count = 8, patience_s = 60 };

static const char input[] = "{\"prompt\": \"Slow zoom\", \"image\": \"https://example.com/a.jpg\","
                            " \"negative_prompt\": null}";
static const wfn_module* module;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned long events;

static void count_event(void) {
    pthread_mutex_lock(&mutex);
    ++events;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}
static void on_progress(void* user_data, wfn_run* run, const wfn_progress* progress) {
    (void)user_data, (void)run, (void)progress;
    count_event();
}
static void on_checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) {
    (void)user_data, (void)checkpoint;
    module->run_checkpoint_saved(run, 1);
    count_event();
}
static void on_complete(void* user_data, wfn_run* run, const wfn_result* result) {
    (void)user_data, (void)run, (void)result;
    count_event();
}

/* A thread of the host that still waits for a run at exit(). */
static void* wait_for_run(void* run) {
    module->run_wait(run, -1);
    return NULL;
}

static void fail(const char* what) {
    fprintf(stderr, "exit_amid_runs: %s\n", what);
    exit(1);
}

static void wait_for_events(unsigned long wanted) {
    struct timespec until;
    int status = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += patience_s;
    pthread_mutex_lock(&mutex);
    while (events < wanted && status == 0)
        status = pthread_cond_timedwait(&changed, &mutex, &until);
    pthread_mutex_unlock(&mutex);
    if (status != 0)
        fail("the callbacks do not come");
}

int main(int argc, char** argv) {
    char connection[4096];
    wfn_session* session = NULL;
    wfn_run* runs[run_count];
    wfn_module_entry_function entry;
    wfn_request request;
    pthread_t waiter;
    unsigned long seed;
    unsigned long spin;
    volatile unsigned long sink = 0;
    size_t length;
    int i;
    void* library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL)
        fail("the module cannot be loaded");
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    module = entry();
    seed = strtoul(argv[2], NULL, 10);
    length = fread(connection, 1, sizeof connection - 1, stdin);
    connection[length] = '\0';
    if (module->open(NULL, "{\"threads\": 2}", &session) != WFN_OK)
        fail("open");
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.input_json = input;
    request.connection_json = connection;
    request.on_progress = on_progress;
    request.on_checkpoint = on_checkpoint;
    request.on_complete = on_complete;
    for (i = 0; i < run_count; ++i)
        if (module->nodes[0]->execute(module->nodes[0], session, &request, &runs[i]) != WFN_OK)
            fail("execute");
    if (pthread_create(&waiter, NULL, wait_for_run, runs[run_count - 1]) != 0 || pthread_detach(waiter) != 0)
        fail("pthread_create");
    wait_for_events(seed % (2 * run_count)); /* each run has at least two */
    for (spin = seed * 7919 % 200000; spin > 0; --spin)
        ++sink;
    exit((int)(40 + seed % 50));
}
