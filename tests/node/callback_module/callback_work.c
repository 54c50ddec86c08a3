/* What a run does: calling back, with and without pauses. */
#define _POSIX_C_SOURCE 200809L
#include "callback_module.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int stopped(const struct run* r) {
    int stop;
    pthread_mutex_lock(&callback_mutex);
    stop = r->cancel || r->suspend;
    pthread_mutex_unlock(&callback_mutex);
    return stop;
}

static void report(struct run* r, int64_t number) {
    wfn_progress progress = {sizeof progress, WFN_RUNNING, 0.5, -1, number, "job", "Calling back"};
    if (r->request.on_progress != NULL)
        r->request.on_progress(r->request.user_data, (wfn_run*)r->id, &progress);
}

static void log_line(struct run* r, int64_t number) {
    char line[64];
    snprintf(line, sizeof line, "run %" PRIuPTR " line %" PRId64, r->id, number);
    if (r->session->host.log != NULL)
        r->session->host.log(r->session->host.user_data, WFN_LOG_DEBUG, line);
}

/* The time that is so many milliseconds from now. */
static struct timespec after(int64_t ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        ++until.tv_sec;
    }
    return until;
}

/* Until the host has answered, the time is up, or, of a file, the run is to stop. With the mutex held. */
static void await_answer(struct run* r, int64_t timeout_ms) {
    const struct timespec until = after(timeout_ms);
    while (r->awaiting && !(r->kind == ATTACHMENTS && (r->cancel || r->suspend))
           && pthread_cond_timedwait(&callback_changed, &callback_mutex, &until) == 0) {
    }
    r->awaiting = 0;
}

static void expect_answer(struct run* r) {
    pthread_mutex_lock(&callback_mutex);
    r->awaiting = 1;
    r->kept = 0;
    r->file_size = -1;
    pthread_mutex_unlock(&callback_mutex);
}

/* Waits for the host's answer at most as long as it said; whether the answer was yes. */
static int keep(struct run* r, int64_t number) {
    char checkpoint[64];
    int kept;
    char job_id[32];
    wfn_checkpoint given = {.struct_size = sizeof given, .json = checkpoint};
    given.submission = number == 1 ? WFN_NOT_SUBMITTED : number == 3 ? WFN_SUBMITTED : WFN_MAYBE_SUBMITTED;
    if (given.submission == WFN_SUBMITTED)
        given.job_id = job_id;
    snprintf(job_id, sizeof job_id, "job-%" PRId64, number);
    snprintf(checkpoint, sizeof checkpoint, "{\"number\":%" PRId64 "}", number);
    expect_answer(r);
    r->request.on_checkpoint(r->request.user_data, (wfn_run*)r->id, &given);
    pthread_mutex_lock(&callback_mutex);
    await_answer(r, r->request.checkpoint_timeout_ms);
    kept = r->kept;
    pthread_mutex_unlock(&callback_mutex);
    return kept;
}

static void complete(struct run* r, const char* output) {
    const wfn_error error = {.struct_size = sizeof error,
                             .code = "cancelled",
                             .type = "Cancelled",
                             .message = "The run was cancelled",
                             .cause = "The host cancelled the run",
                             .solution = "Run it again",
                             .retry_after_ms = -1,
                             .charged = WFN_CHARGED,
                             .http_status = 503,
                             .request_id = "request-1",
                             .job_id = "job-1"};
    pthread_mutex_lock(&callback_mutex);
    r->result = (wfn_result){.struct_size = sizeof r->result,
                             .outcome = r->cancel    ? WFN_CANCELLED
                                        : r->suspend ? WFN_SUSPENDED
                                                     : WFN_SUCCEEDED,
                             .output_json = output,
                             .resume_after_ms = -1,
                             .warnings_json = "[]"};
    if (r->cancel)
        r->result.error = &error; /* without its json and its details: a host must live with that, too */
    pthread_mutex_unlock(&callback_mutex);
    r->request.on_complete(r->request.user_data, (wfn_run*)r->id, &r->result);
}

static void storm(struct run* r) {
    const struct timespec pause = {0, 20000};
    /* hold: 1 goes on until it is stopped, 2 does so without taking breath. */
    for (int64_t i = 0; (r->hold || i < r->logs || i < r->reports) && !stopped(r); ++i) {
        if (r->hold || i < r->logs)
            log_line(r, i);
        if (r->hold || i < r->reports)
            report(r, i);
        if (r->hold == 1)
            nanosleep(&pause, NULL);
    }
    char* output = malloc((size_t)r->bytes + 100);
    if (output == NULL)
        abort(); /* a test's own defect */
    int length = sprintf(output, "{\"logs\":%" PRId64 ",\"text\":\"", r->logs);
    memset(output + length, 'x', (size_t)r->bytes);
    strcpy(output + length + r->bytes, "\"}");
    complete(r, output);
    free(output);
}

static void checkpoints(struct run* r) {
    char output[256] = "{\"kept\":[";
    size_t length = strlen(output);
    for (int64_t i = 1; i <= r->checkpoints; ++i)
        length += (size_t)snprintf(output + length, sizeof output - length, "%s%d", i > 1 ? "," : "",
                                   r->request.on_checkpoint != NULL ? keep(r, i) : -1);
    snprintf(output + length, sizeof output - length, "]}");
    complete(r, output);
}

static void attachments(struct run* r) {
    const wfn_attachment_request request = {.struct_size = sizeof request,
                                            .max_side = 4096,
                                            .max_bytes = 1000,
                                            .name = "one file",
                                            .path = "/image",
                                            .media_types = "image/jpeg, image/png"};
    char output[512];
    for (int64_t i = 0; r->request.on_attachment != NULL && i < r->attachments; ++i) {
        expect_answer(r);
        r->request.on_attachment(r->request.user_data, (wfn_run*)r->id, &request);
        pthread_mutex_lock(&callback_mutex);
        await_answer(r, r->patience_ms);
        pthread_mutex_unlock(&callback_mutex);
    }
    snprintf(output, sizeof output,
             "{\"asked\":%s,\"size\":%" PRId64 ",\"sum\":%" PRId64 ",\"failure\":\"%s\"}",
             r->request.on_attachment != NULL ? "true" : "false", r->file_size, r->file_sum, r->failure);
    complete(r, output);
}

void work(struct run* r) {
    if (r->kind == STORM)
        storm(r);
    else if (r->kind == CHECKPOINTS)
        checkpoints(r);
    else if (r->kind == ATTACHMENTS)
        attachments(r);
    else if (r->kind == GARBLED)
        complete(r, "{\"video\":");
    finish(r);
}
