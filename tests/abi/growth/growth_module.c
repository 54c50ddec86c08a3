/*
 * A module of one node, whose structs end where a page ends. One run at a time, as its hosts want it. Its run
 * shows progress and a checkpoint, and answers with what it saw of the host's added members; or fails, where
 * the input says "fail".
 */
#include "growth.h"

#include <pthread.h>
#include <stdio.h>

static pthread_t thread;
static int is_running;
static wfn_request asked; /* as much as the host has of it */
static const char* added_to_host;
static char output[128];
static wfn_result* result;
static char session_tag, run_tag;

static void run_work(void) {
    wfn_progress progress = {sizeof progress, WFN_RUNNING, 0.5, 0, 0, NULL, "half"};
    wfn_checkpoint checkpoint = {sizeof checkpoint, WFN_NOT_SUBMITTED, "{}", NULL};
    wfn_error error = {
        .struct_size = sizeof error, .code = "internal_error", .type = "", .message = "as told"};
    wfn_result ended = {.struct_size = sizeof ended, .resume_after_ms = -1, .warnings_json = "[]"};
    const char* added_to_request = ADDED_OF(wfn_request, &asked);
    SET_ADDED(&progress, "added");
    SET_ADDED(&checkpoint, "added");
    SET_ADDED(&error, "added");
    SET_ADDED(&ended, "added");
    if (asked.on_progress != NULL)
        asked.on_progress(asked.user_data, (wfn_run*)&run_tag, at_end_of_page(&progress, sizeof progress));
    if (asked.on_checkpoint != NULL)
        asked.on_checkpoint(asked.user_data, (wfn_run*)&run_tag,
                            at_end_of_page(&checkpoint, sizeof checkpoint));
    error.solution = error.cause = "";
    error.json = "{\"code\":\"internal_error\"}";
    error.retry_after_ms = -1;
    snprintf(output, sizeof output, "{\"host\":\"%s\",\"request\":\"%s\"}",
             added_to_host != NULL ? added_to_host : "nothing",
             added_to_request != NULL ? added_to_request : "nothing");
    if (strstr(asked.input_json, "fail") != NULL) {
        ended.outcome = WFN_FAILED;
        ended.error = at_end_of_page(&error, sizeof error);
    } else {
        ended.output_json = output;
    }
    result = at_end_of_page(&ended, sizeof ended);
    if (asked.on_complete != NULL)
        asked.on_complete(asked.user_data, (wfn_run*)&run_tag, result);
}

static void* run_thread(void* unused) {
    run_work();
    return unused;
}

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run) {
    (void)node, (void)session;
    memset(&asked, 0, sizeof asked);
    memcpy(&asked, request, request->struct_size < sizeof asked ? request->struct_size : sizeof asked);
    *run = (wfn_run*)&run_tag;
    is_running = pthread_create(&thread, NULL, run_thread, NULL) == 0;
    return is_running ? WFN_OK : WFN_OUT_OF_MEMORY;
}

static wfn_status open_session(const wfn_host* host, const char* settings_json, wfn_session** session) {
    (void)settings_json;
    added_to_host = host != NULL ? ADDED_OF(wfn_host, host) : NULL;
    *session = (wfn_session*)&session_tag;
    return WFN_OK;
}
static wfn_status run_wait(wfn_run* run, int64_t timeout_ms) {
    (void)run, (void)timeout_ms;
    if (is_running)
        pthread_join(thread, NULL);
    is_running = 0;
    return WFN_OK;
}
static wfn_status close_session(wfn_session* session) {
    (void)session;
    return run_wait(NULL, -1);
}
static wfn_status of_run(wfn_run* run) {
    (void)run;
    return WFN_OK;
}
static wfn_status checkpoint_saved(wfn_run* run, int32_t kept) {
    (void)run, (void)kept;
    return WFN_OK;
}
static const wfn_result* run_result(wfn_run* run) {
    (void)run;
    return is_running ? NULL : result;
}

const wfn_module* wfn_module_entry(void) {
    static const wfn_node* nodes[1];
    static const wfn_module* table;
    wfn_connection connection = {sizeof connection, 0, "Growth", "growth", "None", "{\"type\":\"object\"}"};
    wfn_node node = {.struct_size = sizeof node,
                     .action_id = "grow",
                     .version = "1.0.0",
                     .title = "Grow",
                     .description = "Says what it saw of the host.",
                     .input_schema_json = "{\"type\":\"object\"}",
                     .output_schema_json = "{\"type\":\"object\"}",
                     .execute = execute};
    wfn_module module = {.struct_size = sizeof module,
                         .abi_major = WFN_ABI_MAJOR,
                         .abi_minor = WFN_ABI_MINOR,
                         .node_count = 1,
                         .name = "growth",
                         .version = "1.0.0",
                         .nodes = nodes,
                         .settings_schema_json = "{}",
                         .open = open_session,
                         .close = close_session,
                         .run_cancel = of_run,
                         .run_suspend = of_run,
                         .run_checkpoint_saved = checkpoint_saved,
                         .run_wait = run_wait,
                         .run_result = run_result,
                         .run_release = of_run};
    if (table != NULL)
        return table;
    SET_ADDED(&connection, "added");
    SET_ADDED(&node, "added");
    SET_ADDED(&module, "added");
    node.connection = at_end_of_page(&connection, sizeof connection);
    nodes[0] = at_end_of_page(&node, sizeof node);
    return table = at_end_of_page(&module, sizeof module);
}
