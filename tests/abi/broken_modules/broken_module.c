/*
 * The example module with one fault, which BROKEN selects: what `workflow-node check` has to find. The fault
 * is put around the example's functions, so that everything else keeps to the boundary.
 */
#define _GNU_SOURCE
#include <workflow_node/node.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOST_COMPLETION 1
#define DOUBLE_COMPLETION 2
#define COMPLETION_INSIDE_EXECUTE 3
#define LOST_WAKE_UP 4
#define NO_SUSPEND 5
#define THREAD_AFTER_CLOSE 6
#define HUGE_CHECKPOINT 7
#define OUTPUT_AGAINST_SCHEMA 8
#define HANDLE_AFTER_RELEASE 9
#define CRASH_ON_GARBAGE 10
#define CODE_NOT_LISTED 11
#define SUBMITS_WHEN_COLLECTING 12
#define TAKES_ANY_FLAG 13
#define STAYS_LOADED 14 /* by an option of the linker */
#define SCHEMA_UNKNOWN_TYPE 15
#define SCHEMA_ENDLESS 16
#define TITLE_WITH_ESCAPE 17
#define DESCRIPTION_NO_UTF8 18
#define EXAMPLE_NO_OBJECT 19

/* The example's entry, renamed where it is compiled for this module. */
const wfn_module* example_module_entry(void);

static wfn_module table;
static wfn_node nodes[2];
static const wfn_node* pointers[2] = {&nodes[0], &nodes[1]};
static const wfn_module* original;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The host's callbacks of one run. Never freed: a fixture may leak. */
struct host {
    wfn_request request;
};

#if BROKEN == HANDLE_AFTER_RELEASE
static _Atomic(wfn_run*) last_released;
static wfn_status release(wfn_run* run) {
    const wfn_status status = original->run_release(run);
    if (status == WFN_OK)
        last_released = run;
    return status;
}
#endif

static void on_progress(void* user_data, wfn_run* run, const wfn_progress* progress) {
    struct host* host = user_data;
    if (host->request.on_progress != NULL)
        host->request.on_progress(host->request.user_data, run, progress);
}

static void on_checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) {
    struct host* host = user_data;
#if BROKEN == HUGE_CHECKPOINT
    static char huge[WFN_MAX_CHECKPOINT_BYTES + 64];
    wfn_checkpoint changed = *checkpoint;
    memset(huge, ' ', sizeof huge);
    memcpy(huge + sizeof huge - 3, "{}", 3);
    changed.json = huge;
    checkpoint = &changed;
#endif
    host->request.on_checkpoint(host->request.user_data, run, checkpoint);
}

static void on_complete(void* user_data, wfn_run* run, const wfn_result* result) {
    struct host* host = user_data;
#if BROKEN == HANDLE_AFTER_RELEASE
    if (run == last_released)
        run = (wfn_run*)0x7777;
#endif
    host->request.on_complete(host->request.user_data, run, result);
#if BROKEN == DOUBLE_COMPLETION
    host->request.on_complete(host->request.user_data, run, result);
#endif
}

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run) {
    const wfn_node* echo = original->nodes[node == &nodes[0] ? 0 : 1];
    struct host* host;
    wfn_request changed;
    wfn_status status;
    if (request == NULL || run == NULL || request->struct_size < sizeof *request)
        return echo->execute(echo, session, request, run);
    host = calloc(1, sizeof *host);
    host->request = *request;
    changed = *request;
    changed.user_data = host;
    changed.on_progress = on_progress;
    changed.on_checkpoint = request->on_checkpoint != NULL ? on_checkpoint : NULL;
    changed.on_complete = request->on_complete != NULL ? on_complete : NULL;
#if BROKEN == LOST_COMPLETION
    changed.on_complete = NULL;
#elif BROKEN == COMPLETION_INSIDE_EXECUTE
    if (node == &nodes[0]) /* echo, which waits for nothing */
        changed.on_complete = NULL;
#endif
#if BROKEN == SUBMITS_WHEN_COLLECTING
    changed.flags &= ~(uint32_t)WFN_COLLECT_ONLY;
#endif
#if BROKEN == TAKES_ANY_FLAG
    changed.flags &= WFN_VALIDATE_ONLY | WFN_CANCEL_JOB_AT_DEADLINE | WFN_COLLECT_ONLY;
#endif
    status = echo->execute(echo, session, &changed, run);
#if BROKEN == COMPLETION_INSIDE_EXECUTE
    if (status == WFN_OK && changed.on_complete == NULL && request->on_complete != NULL) {
        original->run_wait(*run, -1);
        request->on_complete(request->user_data, *run, original->run_result(*run));
    }
#endif
    return status;
}

#if BROKEN == LOST_WAKE_UP || BROKEN == NO_SUSPEND
/* A handle that is not valid is still recognised. */
static wfn_status ignore(wfn_run* run) {
    return original->run_wait(run, 0) == WFN_INVALID_HANDLE ? WFN_INVALID_HANDLE : WFN_OK;
}
#endif

#if BROKEN == THREAD_AFTER_CLOSE
static void* sleep_on(void* argument) {
    (void)argument;
    for (;;)
        pause();
    return NULL;
}
static wfn_status open_with_thread(const wfn_host* host, const char* settings_json, wfn_session** session) {
    pthread_t thread;
    const wfn_status status = original->open(host, settings_json, session);
    if (status == WFN_OK && pthread_create(&thread, NULL, sleep_on, NULL) == 0)
        pthread_detach(thread);
    return status;
}
#endif

#if BROKEN == CRASH_ON_GARBAGE
static wfn_status cancel_unseen(wfn_run* run) {
    if (run != NULL && original->run_wait(run, 0) == WFN_INVALID_HANDLE && *(volatile const char*)run == '?')
        return WFN_INTERNAL_ERROR;
    return original->run_cancel(run);
}
#endif

static void break_it(void) {
    int i;
    original = example_module_entry();
    table = *original;
    table.nodes = pointers;
    for (i = 0; i < 2; ++i) {
        nodes[i] = *original->nodes[i];
        nodes[i].execute = execute;
#if BROKEN == OUTPUT_AGAINST_SCHEMA
        nodes[i].output_schema_json = "{\"type\":\"object\",\"required\":[\"answer\"]}";
#elif BROKEN == CODE_NOT_LISTED
        nodes[i].errors_json = "[{\"code\":\"cancelled\",\"type\":\"Cancelled\",\"cause\":\"The host\","
                               "\"solution\":\"Run it again\",\"retryable\":false}]";
#elif BROKEN == SCHEMA_UNKNOWN_TYPE
        nodes[i].output_schema_json = "{\"type\":\"strng\"}";
#elif BROKEN == SCHEMA_ENDLESS
        nodes[i].output_schema_json = "{\"properties\":{\"echo\":{\"$ref\":\"#/properties/echo\"}}}";
#elif BROKEN == TITLE_WITH_ESCAPE
        nodes[i].title = "\x1b[2JEcho";
#elif BROKEN == DESCRIPTION_NO_UTF8
        nodes[i].description = "Says it \xff";
#elif BROKEN == EXAMPLE_NO_OBJECT
        nodes[i].examples_json = "[7]";
#endif
    }
#if BROKEN == LOST_WAKE_UP
    table.run_cancel = ignore;
#elif BROKEN == NO_SUSPEND
    table.run_suspend = ignore;
#elif BROKEN == THREAD_AFTER_CLOSE
    table.open = open_with_thread;
#elif BROKEN == HANDLE_AFTER_RELEASE
    table.run_release = release;
#elif BROKEN == CRASH_ON_GARBAGE
    table.run_cancel = cancel_unseen;
#endif
}

WFN_EXPORT const wfn_module* wfn_module_entry(void) {
    pthread_once(&once, break_it);
    return &table;
}
