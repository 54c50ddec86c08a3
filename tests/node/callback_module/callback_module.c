/*
 * A module that calls its host back from many threads at once, as fast as it can, and one that breaks
 * its word: for the tests of hosts. Settings, all optional: {"threads":8,"refuse":1,"close_ms":100,
 * "closed_file":"a path"}: how long close takes, and a file that is made when it is done.
 */
#define _POSIX_C_SOURCE 200809L
#include "callback_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t callback_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t callback_changed = PTHREAD_COND_INITIALIZER;

/* A handle is a run's place here plus a number that is never used twice. */
static struct run* runs[MOST_RUNS];
static uintptr_t last_number;
static size_t last_place;

static int64_t number_in(const char* json, const char* name, int64_t otherwise) {
    const char* found = json != NULL ? strstr(json, name) : NULL;
    return found != NULL ? strtoll(found + strlen(name), NULL, 10) : otherwise;
}

static void copy_text(const char* json, const char* name, char* text, size_t size) {
    const char* found = json != NULL ? strstr(json, name) : NULL;
    if (found == NULL)
        return;
    found += strlen(name);
    snprintf(text, size, "%.*s", (int)strcspn(found, "\""), found);
}

/* With the mutex held. */
static struct run* find(const wfn_run* handle) {
    struct run* r = runs[(uintptr_t)handle % MOST_RUNS];
    return r != NULL && r->id == (uintptr_t)handle && !r->released ? r : NULL;
}
static void forget_if_done(struct run* r) {
    if (!r->over || !r->released)
        return;
    runs[r->id % MOST_RUNS] = NULL;
    free(r);
}
static int find_place(struct run* r) {
    for (size_t tried = 0; tried < MOST_RUNS; ++tried) {
        last_place = (last_place + 1) % MOST_RUNS;
        if (runs[last_place] == NULL) {
            r->id = ++last_number * MOST_RUNS + last_place;
            runs[last_place] = r;
            return 1;
        }
    }
    return 0;
}

void finish(struct run* r) {
    pthread_mutex_lock(&callback_mutex);
    r->over = r->kind != SILENT;
    forget_if_done(r);
    pthread_mutex_unlock(&callback_mutex);
}

static void* session_thread(void* argument) {
    struct session* s = argument;
    for (;;) {
        struct run* r;
        pthread_mutex_lock(&callback_mutex);
        while (s->first == NULL && !s->closing)
            pthread_cond_wait(&s->queued, &callback_mutex);
        r = s->first;
        if (r != NULL)
            s->first = r->next;
        pthread_mutex_unlock(&callback_mutex);
        if (r == NULL)
            return NULL;
        work(r);
    }
}

static wfn_status open_session(const wfn_host* host, const char* settings_json, wfn_session** session) {
    struct session* s = calloc(1, sizeof *s);
    *session = NULL;
    if (s == NULL)
        return WFN_OUT_OF_MEMORY;
    if (host != NULL)
        s->host = *host;
    if (number_in(settings_json, "\"refuse\":", 0) != 0) {
        if (s->host.log != NULL)
            s->host.log(s->host.user_data, WFN_LOG_ERROR, "/refuse: must not be set");
        free(s);
        return WFN_INVALID_ARGUMENT;
    }
    s->close_ms = number_in(settings_json, "\"close_ms\":", 0);
    copy_text(settings_json, "\"closed_file\":\"", s->closed_file, sizeof s->closed_file);
    pthread_cond_init(&s->queued, NULL);
    s->thread_count = (int)number_in(settings_json, "\"threads\":", 8);
    for (int i = 0; i < s->thread_count; ++i)
        if (pthread_create(&s->threads[i], NULL, session_thread, s) != 0)
            abort(); /* a test's own defect */
    *session = (wfn_session*)s;
    return WFN_OK;
}

static wfn_status close_session(wfn_session* session) {
    struct session* s = (struct session*)session;
    const struct timespec pause = {s->close_ms / 1000, s->close_ms % 1000 * 1000000};
    FILE* closed;
    pthread_mutex_lock(&callback_mutex);
    s->closing = 1;
    for (size_t i = 0; i < MOST_RUNS; ++i)
        if (runs[i] != NULL && runs[i]->session == s)
            runs[i]->suspend = 1;
    pthread_cond_broadcast(&s->queued);
    pthread_cond_broadcast(&callback_changed);
    pthread_mutex_unlock(&callback_mutex);
    for (int i = 0; i < s->thread_count; ++i)
        pthread_join(s->threads[i], NULL);
    pthread_mutex_lock(&callback_mutex);
    for (size_t i = 0; i < MOST_RUNS; ++i) /* the silent ones */
        if (runs[i] != NULL && runs[i]->session == s && !runs[i]->over) {
            free(runs[i]);
            runs[i] = NULL;
        }
    pthread_mutex_unlock(&callback_mutex);
    pthread_cond_destroy(&s->queued);
    nanosleep(&pause, NULL);
    closed = s->closed_file[0] != '\0' ? fopen(s->closed_file, "w") : NULL;
    if (closed != NULL)
        fclose(closed);
    free(s);
    return WFN_OK;
}

static wfn_status start(wfn_session* session, const wfn_request* request, wfn_run** run, enum kind kind) {
    struct session* s = (struct session*)session;
    struct run* r = calloc(1, sizeof *r);
    wfn_status status = WFN_OK;
    *run = NULL;
    if (r == NULL)
        return WFN_OUT_OF_MEMORY;
    r->session = s;
    r->kind = kind;
    r->request = *request;
    r->logs = number_in(request->input_json, "\"logs\":", 0);
    r->reports = number_in(request->input_json, "\"progress\":", 0);
    r->checkpoints = number_in(request->input_json, "\"checkpoints\":", 0);
    r->attachments = number_in(request->input_json, "\"attachments\":", 0);
    r->patience_ms = number_in(request->input_json, "\"patience\":", 5000);
    r->out_of_memory = (int)number_in(request->input_json, "\"out_of_memory\":", 0);
    r->bytes = number_in(request->input_json, "\"bytes\":", 0);
    r->hold = number_in(request->input_json, "\"hold\":", 0);
    pthread_mutex_lock(&callback_mutex);
    if (s->closing)
        status = WFN_INVALID_STATE;
    else if (!find_place(r))
        status = WFN_OUT_OF_MEMORY;
    if (status == WFN_OK) {
        *run = (wfn_run*)r->id;
        if (s->first == NULL)
            s->first = r;
        else
            s->last->next = r;
        s->last = r;
        pthread_cond_signal(&s->queued);
    }
    pthread_mutex_unlock(&callback_mutex);
    if (status != WFN_OK)
        free(r);
    return status;
}

static wfn_status set_flag(wfn_run* run, size_t flag_offset) {
    struct run* r;
    pthread_mutex_lock(&callback_mutex);
    r = find(run);
    if (r != NULL)
        *(int*)((char*)r + flag_offset) = 1;
    pthread_cond_broadcast(&callback_changed);
    pthread_mutex_unlock(&callback_mutex);
    return r != NULL ? WFN_OK : WFN_INVALID_HANDLE;
}
static wfn_status run_cancel(wfn_run* run) {
    return set_flag(run, offsetof(struct run, cancel));
}
static wfn_status run_suspend(wfn_run* run) {
    return set_flag(run, offsetof(struct run, suspend));
}

static wfn_status run_checkpoint_saved(wfn_run* run, int32_t kept) {
    wfn_status status = WFN_INVALID_HANDLE;
    struct run* r;
    pthread_mutex_lock(&callback_mutex);
    r = find(run);
    if (r != NULL) {
        status = r->awaiting ? WFN_OK : WFN_INVALID_STATE;
        if (r->awaiting)
            r->kept = kept;
        r->awaiting = 0;
        pthread_cond_broadcast(&callback_changed);
    }
    pthread_mutex_unlock(&callback_mutex);
    return status;
}

static wfn_status run_attach(wfn_run* run, const wfn_attachment* attachment) {
    const unsigned char* bytes = attachment->data;
    wfn_status status = WFN_INVALID_HANDLE;
    struct run* r;
    pthread_mutex_lock(&callback_mutex);
    r = find(run);
    if (r != NULL) {
        status = r->awaiting ? WFN_OK : WFN_INVALID_STATE;
        if (r->awaiting && r->out_of_memory-- > 0) {
            pthread_mutex_unlock(&callback_mutex);
            return WFN_OUT_OF_MEMORY;
        }
        if (r->awaiting) {
            r->file_size = attachment->failure == NULL ? (int64_t)attachment->size : -1;
            r->file_sum = 0;
            for (uint64_t i = 0; i < attachment->size; ++i)
                r->file_sum += bytes[i];
            snprintf(r->failure, sizeof r->failure, "%s",
                     attachment->failure != NULL ? attachment->failure : "");
            for (char* quote = r->failure; (quote = strchr(quote, '"')) != NULL;)
                *quote = '\'';
        }
        r->awaiting = 0;
        pthread_cond_broadcast(&callback_changed);
    }
    pthread_mutex_unlock(&callback_mutex);
    return status;
}

/* The addon needs neither. */
static wfn_status run_wait(wfn_run* run, int64_t timeout_ms) {
    (void)run;
    (void)timeout_ms;
    return WFN_INTERNAL_ERROR;
}
static const wfn_result* run_result(wfn_run* run) {
    (void)run;
    return NULL;
}

static wfn_status run_release(wfn_run* run) {
    struct run* r;
    pthread_mutex_lock(&callback_mutex);
    r = find(run);
    if (r != NULL) {
        r->released = 1;
        forget_if_done(r);
    }
    pthread_mutex_unlock(&callback_mutex);
    return r != NULL ? WFN_OK : WFN_INVALID_HANDLE;
}

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run);

#define NODE(id)                                                                                             \
    {                                                                                                        \
        .struct_size = sizeof(wfn_node), .action_id = (id), .version = "1.0.0", .title = (id),               \
        .description = "For tests.", .input_schema_json = "{}", .output_schema_json = "{}",                  \
        .execute = execute                                                                                   \
    }

/* By enum kind. */
static const wfn_node all[] = {NODE("storm"), NODE("checkpoints"), NODE("silent"), NODE("garbled"),
                               NODE("attachments")};
static const wfn_node* const nodes[] = {&all[STORM], &all[CHECKPOINTS], &all[SILENT], &all[GARBLED],
                                        &all[ATTACHMENTS]};

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run) {
    return start(session, request, run, (enum kind)(node - all));
}

static const wfn_module module = {.struct_size = sizeof(wfn_module),
                                  .abi_major = WFN_ABI_MAJOR,
                                  .abi_minor = WFN_ABI_MINOR,
                                  .node_count = sizeof nodes / sizeof nodes[0],
                                  .name = "callback",
                                  .version = "1.0.0",
                                  .nodes = nodes,
                                  .settings_schema_json = "{}",
                                  .open = open_session,
                                  .close = close_session,
                                  .run_cancel = run_cancel,
                                  .run_suspend = run_suspend,
                                  .run_checkpoint_saved = run_checkpoint_saved,
                                  .run_wait = run_wait,
                                  .run_result = run_result,
                                  .run_release = run_release,
                                  .run_attach = run_attach};

__attribute__((visibility("default"))) const wfn_module* wfn_module_entry(void) {
    return &module;
}
