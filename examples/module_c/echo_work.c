/* What the nodes do: one run, from its input to its result. */
#define _POSIX_C_SOURCE 200809L
#include "echo_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every error once, as a row; the functions below make the table and its JSON of it. */
#define ERRORS(ROW)                                                                                          \
    ROW("", INVALID_INPUT, "invalid_input", "Invalid Input", "The input does not match the schema",          \
        "Correct the members that are named", 0, "false")                                                    \
    ROW(",", INVALID_CONNECTION, "invalid_connection", "Invalid Connection", "The API key is not accepted",  \
        "Check the API key", 0, "false")                                                                     \
    ROW(",", NOT_KEPT, "checkpoint_not_kept", "Checkpoint Not Kept",                                         \
        "The host could not store a checkpoint", "Make room, or choose another place", 1, "true")            \
    ROW(",", TIMEOUT, "processing_timeout", "Processing Timeout", "The echo takes longer than the deadline", \
        "Allow more time", 1, "true")                                                                        \
    ROW(",", NOTHING, "nothing_to_collect", "Nothing To Collect", "The checkpoint names no echo",            \
        "Run it without collect-only", 0, "false")                                                           \
    ROW(",", CANCELLED, "cancelled", "Cancelled", "The host cancelled the run", "Run it again", 0, "false")
#define AS_NAME(comma, name, code, type, cause, solution, retryable, json) name,
#define AS_ROW(comma, name, code_, type_, cause_, solution_, retryable_, json_)                              \
    {.struct_size = sizeof(wfn_error),                                                                       \
     .retryable = retryable_,                                                                                \
     .code = code_,                                                                                          \
     .type = type_,                                                                                          \
     .cause = cause_,                                                                                        \
     .solution = solution_,                                                                                  \
     .retry_after_ms = -1,                                                                                   \
     .details_json = "[]"},
#define AS_JSON(comma, name, code, type, cause, solution, retryable, json)                                   \
    comma "{\"code\":\"" code "\",\"type\":\"" type "\",\"cause\":\"" cause "\",\"solution\":\"" solution    \
          "\",\"retryable\":" json "}"
enum error_name { ERRORS(AS_NAME) NO_ERROR };
static const wfn_error error_rows[] = {ERRORS(AS_ROW)};
const char echo_errors_json[] = "[" ERRORS(AS_JSON) "]";

int64_t milliseconds_in(const char* json, int64_t otherwise) {
    const char* found = strstr(json, "\"milliseconds\":");
    const long long value = found != NULL ? strtoll(found + 15, NULL, 10) : otherwise;
    return value < 0 ? 0 : value > 600000 ? 600000 : value;
}

static void fail(struct run* r, enum error_name name, const char* message, const char* details) {
    wfn_error* e = &r->error;
    *e = error_rows[name];
    e->message = message;
    e->details_json = details;
    e->retry_after_ms = name == TIMEOUT ? 2000 : -1;
    e->charged = name == TIMEOUT ? WFN_CHARGED : WFN_NOT_CHARGED;
    e->job_id = name == TIMEOUT ? "echo-1" : NULL;
    snprintf(r->error_json, sizeof r->error_json,
             "{\"type\":\"%s\",\"code\":\"%s\",\"message\":\"%s\",\"cause\":\"%s\",\"solution\":\"%s\","
             "\"retryable\":%s,\"retry_after_ms\":%s,\"charged\":\"%s\",\"http_status\":null,"
             "\"request_id\":null,\"job_id\":%s,\"details\":%s}",
             e->type, e->code, message, e->cause, e->solution, e->retryable ? "true" : "false",
             name == TIMEOUT ? "2000" : "null", name == TIMEOUT ? "yes" : "no",
             name == TIMEOUT ? "\"echo-1\"" : "null", details);
    e->json = r->error_json;
    r->result.outcome = name == CANCELLED ? WFN_CANCELLED : WFN_FAILED;
    r->result.error = e;
}

static void report(struct run* r, wfn_phase phase, double fraction, const char* message) {
    wfn_progress progress = {sizeof progress, phase, fraction, r->left_ms, 0, NULL, message};
    progress.elapsed_ms = now_ms() - r->started_ms;
    progress.job_id = phase == WFN_RUNNING ? "echo-1" : NULL;
    if (r->request.on_progress != NULL)
        r->request.on_progress(r->request.user_data, (wfn_run*)r->id, &progress);
}

/* Ends the run as suspended; job: NULL before there is one. */
static void end_suspended(struct run* r, const char* job) {
    r->given.struct_size = sizeof r->given;
    r->given.submission = job != NULL ? WFN_SUBMITTED : WFN_NOT_SUBMITTED;
    r->given.json = r->checkpoint;
    r->given.job_id = job;
    r->result.checkpoint = &r->given;
    r->result.checkpoint_json = r->checkpoint;
    r->result.outcome = WFN_SUSPENDED;
    r->result.resume_after_ms = r->left_ms;
}

enum kept { NOT_STORED, STORED, CANCELLED_FIRST, SUSPENDED_FIRST };

/* Gives the host a checkpoint and waits for its word. */
static enum kept keep_checkpoint(struct run* r) {
    const int64_t limit = r->request.checkpoint_timeout_ms > 0 ? r->request.checkpoint_timeout_ms : 30000;
    const int64_t until = now_ms() + limit;
    enum kept kept;
    snprintf(r->checkpoint, sizeof r->checkpoint, "{\"milliseconds\":%lld}", (long long)r->left_ms);
    if (r->request.on_checkpoint == NULL)
        return STORED;
    pthread_mutex_lock(&echo_mutex);
    r->awaiting = 1;
    r->kept = 0;
    pthread_mutex_unlock(&echo_mutex);
    r->given.struct_size = sizeof r->given;
    r->given.submission = WFN_NOT_SUBMITTED;
    r->given.json = r->checkpoint;
    r->request.on_checkpoint(r->request.user_data, (wfn_run*)r->id, &r->given);
    pthread_mutex_lock(&echo_mutex);
    while (r->awaiting && !r->cancel && !r->suspend && wait_changed(until)) {
    }
    kept = r->cancel ? CANCELLED_FIRST : r->suspend ? SUSPENDED_FIRST : r->kept ? STORED : NOT_STORED;
    r->awaiting = 0;
    pthread_mutex_unlock(&echo_mutex);
    return kept;
}

/* Lets the time pass, in steps; 0: the run ended early, and its result says how. */
static int pass_time(struct run* r) {
    const int64_t total = r->left_ms > 0 ? r->left_ms : 1;
    const int64_t step = total / 20 > 100 ? total / 20 : 100;
    const int64_t start = now_ms();
    const int64_t deadline = r->started_ms + (r->request.timeout_ms > 0 ? r->request.timeout_ms : 900000);
    const int64_t suspend_at = r->request.suspend == WFN_SUSPEND_WHEN_SUBMITTED ? start
                               : r->request.suspend == WFN_SUSPEND_AFTER
                                   ? r->started_ms + r->request.suspend_after_ms
                                   : INT64_MAX;
    const int64_t stop = deadline < suspend_at ? deadline : suspend_at;
    for (int64_t now = start;; now = now_ms()) {
        const int64_t next = now + step < start + total ? now + step : start + total;
        int cancel, suspend;
        r->left_ms = start + total > now ? start + total - now : 0;
        if (r->left_ms == 0)
            return 1;
        report(r, WFN_RUNNING, 1.0 - (double)r->left_ms / (double)total, "The echo is on its way back");
        pthread_mutex_lock(&echo_mutex);
        while (!r->cancel && !r->suspend && wait_changed(next < stop ? next : stop)) {
        }
        cancel = r->cancel;
        suspend = r->suspend || now_ms() >= suspend_at;
        pthread_mutex_unlock(&echo_mutex);
        if (cancel) {
            fail(r, CANCELLED, "The run was cancelled", "[]");
            return 0;
        }
        if (suspend || now_ms() >= deadline) {
            r->left_ms = start + total > now_ms() ? start + total - now_ms() : 0;
            snprintf(r->checkpoint, sizeof r->checkpoint, "{\"milliseconds\":%lld,\"job_id\":\"echo-1\"}",
                     (long long)r->left_ms);
            end_suspended(r, "echo-1");
            if (!suspend)
                fail(r, TIMEOUT, "The deadline came before the echo", "[]");
            return 0;
        }
    }
}

void echo_work(struct run* r) {
    if (r->input[0] != '{' || strstr(r->input, "\"text\"") == NULL) {
        fail(r, INVALID_INPUT, "The input lacks a member",
             "[{\"path\":\"/text\",\"message\":\"required, but missing\"}]");
    } else if (r->bad_connection) {
        fail(r, INVALID_CONNECTION, "The API key was refused", "[]");
    } else if ((r->request.flags & WFN_VALIDATE_ONLY) != 0) {
        r->result.outcome = WFN_SUCCEEDED;
    } else if (r->collects_nothing) {
        fail(r, NOTHING, "No echo was begun that could be collected", "[]");
    } else {
        if (r->slow) {
            report(r, WFN_PREPARING, -1.0, "Preparing");
            if (!r->resumed) {
                const enum kept kept = keep_checkpoint(r);
                if (kept == NOT_STORED)
                    fail(r, NOT_KEPT, "The checkpoint could not be stored; nothing was started", "[]");
                else if (kept == CANCELLED_FIRST)
                    fail(r, CANCELLED, "The run was cancelled", "[]");
                else if (kept == SUSPENDED_FIRST)
                    end_suspended(r, NULL);
                if (kept != STORED)
                    return;
            }
            report(r, WFN_SUBMITTING, -1.0, "Calling into the valley");
            if (!pass_time(r))
                return;
        }
        snprintf(r->output, strlen(r->input) + 10, "{\"echo\":%s}", r->input);
        r->result.output_json = r->output;
        r->result.outcome = WFN_SUCCEEDED;
    }
}
