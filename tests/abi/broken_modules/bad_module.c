/*
 * A small module whose one node answers against the boundary, as ANSWER selects: what a host has to survive.
 * A run reports progress, has a checkpoint kept, and ends.
 */
#define _POSIX_C_SOURCE 200809L
#include <workflow_node/node.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_NO_JSON 1
#define OUTPUT_NULL 2
#define OUTPUT_HUGE 3
#define FAILURE_WITHOUT_ERROR 4
#define ERROR_OF_NULLS 5
#define UNKNOWN_OUTCOME 6
#define UNKNOWN_PHASE 7
#define COMPLETES_TWICE 8
#define NEVER_ENDS 9
#define CHECKPOINT_NULL 10
#define CHECKPOINT_NO_JSON 11
#define CHECKPOINT_HUGE 12
#define TEXTS_NO_UTF8 13
#define TEXTS_WITH_ESCAPES 14
#define ERRORS_NO_JSON 15
#define SCHEMAS_NO_JSON 16
#define MEMBERS_NULL 17
#define EXECUTE_UNKNOWN_STATUS 18
#define RUN_NULL 19
#define FRACTIONS_NONSENSE 20
#define ENTRY_NULL 21
#define SIZE_ZERO 22
#define OPEN_FAILS 23
#define RESULT_NULL 24
#define RESULT_SIZE_ZERO 25
#define WARNINGS_NO_JSON 26
#define SUSPENDED_WITHOUT_CHECKPOINT 27
#define UNKNOWN_OUTCOME_WITH_CHECKPOINT 28
#define CLOSE_NEVER_RETURNS 29

#if ANSWER == TEXTS_NO_UTF8
#define ODD "\xC3(\xFF"
#elif ANSWER == TEXTS_WITH_ESCAPES
#define ODD "\x1b[2J\x1b]0;owned\x07\r\x7f"
#else
#define ODD ""
#endif

/* One session and one run at a time. Their handles are no addresses. */
static wfn_session* const the_session = (wfn_session*)0x51;
static wfn_run* const the_run = (wfn_run*)0x52;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static int started, awaiting, kept, over;
static wfn_request request;
static wfn_error error;
static wfn_result result;

static void report(wfn_phase phase, double fraction) {
    wfn_progress progress = {sizeof progress, phase, fraction, -1, 0, "job" ODD, "Working" ODD};
    if (request.on_progress != NULL)
        request.on_progress(request.user_data, the_run, &progress);
}

static int keep_checkpoint(void) {
    wfn_checkpoint checkpoint = {sizeof checkpoint, WFN_NOT_SUBMITTED, "{\"n\":1}", NULL};
    int answer;
#if ANSWER == CHECKPOINT_NULL
    checkpoint.json = NULL;
#elif ANSWER == CHECKPOINT_NO_JSON
    checkpoint.json = "n=1" ODD;
#elif ANSWER == CHECKPOINT_HUGE
    static char huge[WFN_MAX_CHECKPOINT_BYTES + 64];
    memset(huge, ' ', sizeof huge);
    memcpy(huge + sizeof huge - 3, "{}", 3);
    checkpoint.json = huge;
#endif
    if (request.on_checkpoint == NULL)
        return 1;
    pthread_mutex_lock(&mutex);
    awaiting = 1;
    pthread_mutex_unlock(&mutex);
    request.on_checkpoint(request.user_data, the_run, &checkpoint);
    pthread_mutex_lock(&mutex);
    while (awaiting)
        pthread_cond_wait(&changed, &mutex);
    answer = kept;
    pthread_mutex_unlock(&mutex);
    return answer;
}

static void fail(const char* code) {
    error.struct_size = sizeof error;
    error.code = code;
    error.type = "Type" ODD;
    error.message = "Message" ODD;
    error.cause = "Cause" ODD;
    error.solution = "Solution" ODD;
    error.json = "{\"code\":\"busy\",\"message\":\"Message" ODD "\"}";
    error.retry_after_ms = -1;
    result.outcome = WFN_FAILED;
    result.error = &error;
    result.output_json = NULL;
}

static void make_result(void) {
    result.struct_size = sizeof result;
    result.outcome = WFN_SUCCEEDED;
    result.output_json = "{\"done\":true}";
    result.resume_after_ms = -1;
    result.warnings_json = "[]";
    if (!keep_checkpoint()) {
        fail("checkpoint_not_kept");
        return;
    }
#if ANSWER == OUTPUT_NO_JSON
    result.output_json = "done";
#elif ANSWER == OUTPUT_NULL
    result.output_json = NULL;
#elif ANSWER == OUTPUT_HUGE
    {
        const size_t size = 65u << 20;
        char* huge = malloc(size + 1);
        memset(huge, '1', size);
        huge[size] = '\0';
        result.output_json = huge;
    }
#elif ANSWER == FAILURE_WITHOUT_ERROR
    result.outcome = WFN_FAILED;
    result.output_json = NULL;
#elif ANSWER == ERROR_OF_NULLS
    fail(NULL);
    error.type = error.message = error.cause = error.solution = error.json = NULL;
#elif ANSWER == UNKNOWN_OUTCOME
    result.outcome = 77;
#elif ANSWER == UNKNOWN_OUTCOME_WITH_CHECKPOINT
    {
        static const wfn_checkpoint newer = {sizeof newer, WFN_SUBMITTED, "{\"n\":2}", "job-2"};
        result.outcome = 77;
        result.checkpoint = &newer;
        result.checkpoint_json = newer.json;
    }
#elif ANSWER == SUSPENDED_WITHOUT_CHECKPOINT
    result.outcome = WFN_SUSPENDED;
    result.output_json = NULL;
#elif ANSWER == TEXTS_NO_UTF8 || ANSWER == TEXTS_WITH_ESCAPES
    fail("busy");
#elif ANSWER == RESULT_SIZE_ZERO
    result.struct_size = 0;
#elif ANSWER == WARNINGS_NO_JSON
    result.warnings_json = "careful";
#endif
}

static void* work(void* argument) {
    (void)argument;
#if ANSWER == UNKNOWN_PHASE
    report(99, -1.0);
#elif ANSWER == FRACTIONS_NONSENSE
    report(WFN_RUNNING, (double)NAN);
    report(WFN_QUEUED, -1e300);
    report(WFN_RUNNING, 1e300);
    report(WFN_QUEUED, (double)INFINITY);
#else
    report(WFN_RUNNING, 0.5);
#endif
    make_result();
#if ANSWER == NEVER_ENDS
    for (;;)
        pause();
#endif
    if (request.on_complete != NULL)
        request.on_complete(request.user_data, the_run, ANSWER == RESULT_NULL ? NULL : &result);
#if ANSWER == COMPLETES_TWICE
    nanosleep(&(struct timespec){0, 20000000}, NULL); /* until the host has freed what it keeps of the run */
    request.on_complete(request.user_data, the_run, &result);
    report(WFN_RUNNING, 0.5);
    request.on_checkpoint(request.user_data, the_run,
                          &(wfn_checkpoint){.struct_size = sizeof(wfn_checkpoint)});
#endif
    pthread_mutex_lock(&mutex);
    over = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
#if ANSWER == CLOSE_NEVER_RETURNS
    for (;;)
        pause();
#endif
    return NULL;
}

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* wanted,
                          wfn_run** run) {
    (void)node;
    (void)session;
    *run = NULL;
#if ANSWER == EXECUTE_UNKNOWN_STATUS
    (void)wanted;
    (void)work;
    return 99;
#else
    request = *wanted;
    started = 1;
    *run = ANSWER == RUN_NULL ? NULL : the_run;
    return pthread_create(&thread, NULL, work, NULL) == 0 ? WFN_OK : WFN_OUT_OF_MEMORY;
#endif
}

static wfn_status open_session(const wfn_host* host, const char* settings_json, wfn_session** session) {
    (void)settings_json;
    if (host != NULL && host->log != NULL)
        host->log(host->user_data, WFN_LOG_WARNING, "Opening" ODD);
    *session = the_session;
    return ANSWER == OPEN_FAILS ? WFN_INTERNAL_ERROR : WFN_OK;
}
static wfn_status close_session(wfn_session* session) {
    (void)session;
    return started && pthread_join(thread, NULL) != 0 ? WFN_INTERNAL_ERROR : WFN_OK;
}
static wfn_status ignore(wfn_run* run) {
    (void)run;
    return WFN_OK;
}
static wfn_status run_checkpoint_saved(wfn_run* run, int32_t is_kept) {
    (void)run;
    pthread_mutex_lock(&mutex);
    kept = is_kept;
    awaiting = 0;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return WFN_OK;
}
static wfn_status run_wait(wfn_run* run, int64_t timeout_ms) {
    int is_over;
    (void)run;
    pthread_mutex_lock(&mutex);
    while (timeout_ms != 0 && !over)
        pthread_cond_wait(&changed, &mutex);
    is_over = over;
    pthread_mutex_unlock(&mutex);
    return is_over ? WFN_OK : WFN_TIMED_OUT;
}
static const wfn_result* run_result(wfn_run* run) {
    (void)run;
    return &result;
}

static const wfn_node node = {
    .struct_size = sizeof(wfn_node),
    .flags = WFN_NODE_CAN_CANCEL | WFN_NODE_REPORTS_PROGRESS | WFN_NODE_CAN_RESUME,
    .action_id = "bad",
    .version = "1.0.0",
    .title = "Bad" ODD,
    .description = "Answers as it likes." ODD,
#if ANSWER != MEMBERS_NULL
    .icon_svg = "<svg/>",
    .categories_json = "[]",
#endif
#if ANSWER == SCHEMAS_NO_JSON
    .input_schema_json = "anything" ODD,
    .output_schema_json = "something",
#else
    .input_schema_json = "{\"type\":\"object\"}",
    .output_schema_json = "{\"type\":\"object\"}",
#endif
#if ANSWER == ERRORS_NO_JSON
    .errors_json = "it may fail",
#elif ANSWER != MEMBERS_NULL
    .errors_json = "[]",
#endif
    .execute = execute,
};
static const wfn_node* const nodes[] = {&node};
static const wfn_module module = {
    .struct_size = ANSWER == SIZE_ZERO ? 0 : sizeof(wfn_module),
    .abi_major = WFN_ABI_MAJOR,
    .node_count = 1,
    .name = "bad",
    .version = "1.0.0",
    .nodes = nodes,
    .open = open_session,
    .close = close_session,
    .run_cancel = ignore,
    .run_suspend = ignore,
    .run_checkpoint_saved = run_checkpoint_saved,
    .run_wait = run_wait,
    .run_result = run_result,
    .run_release = ignore,
};

WFN_EXPORT const wfn_module* wfn_module_entry(void) {
    return ANSWER == ENTRY_NULL ? NULL : &module;
}
