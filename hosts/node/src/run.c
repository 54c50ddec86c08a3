/* Runs: the request, the module's callbacks on their way to JavaScript, and what JavaScript answers. */
#include "addon.h"
#include "values.h"

#include <stdlib.h>

/* A member that the module's struct may be too short for. */
#define MEMBER(type, pointer, member, otherwise)                                                             \
    ((pointer) != NULL && WFN_HAS(type, pointer, member) ? (pointer)->member : (otherwise))

/* Posts an event that newer progress must not overtake: that does not take the place of older then. */
static bool post(struct run* run, struct event* event) {
    struct mailbox* mailbox = &run->addon->mailbox;
    pthread_mutex_lock(&mailbox->mutex);
    bool posted = mailbox_post_locked(mailbox, event);
    if (run->unseen_progress != NULL)
        run->unseen_progress->remembered = NULL;
    run->unseen_progress = NULL;
    pthread_mutex_unlock(&mailbox->mutex);
    return posted;
}

/* [module] */
static void on_progress(void* user_data, wfn_run* handle, const wfn_progress* progress) {
    (void)handle;
    if (progress == NULL)
        return;
    const char* texts[] = {progress->job_id, progress->message};
    struct event* event = event_new(EVENT_PROGRESS, texts, 2);
    if (event == NULL)
        return;
    struct run* run = live_lock(user_data);
    if (run == NULL) {
        event_free(event);
        return;
    }
    struct mailbox* mailbox = &run->addon->mailbox;
    event->id = run->id;
    event->numbers[0] = progress->phase;
    event->numbers[1] = progress->fraction;
    event->numbers[2] = (double)progress->eta_ms;
    event->numbers[3] = (double)progress->elapsed_ms;
    event->remembered = &run->unseen_progress;
    /* What JavaScript has not seen yet is out of date now: so a busy JavaScript costs no memory. */
    pthread_mutex_lock(&mailbox->mutex);
    struct event* outdated = run->unseen_progress;
    bool posted = true;
    if (outdated != NULL)
        mailbox_replace_locked(mailbox, outdated, event);
    else
        posted = mailbox_post_locked(mailbox, event);
    run->unseen_progress = posted ? event : NULL;
    pthread_mutex_unlock(&mailbox->mutex);
    live_unlock();
    event_free(outdated);
    if (!posted)
        event_free(event);
}

/* [module] */
static void on_checkpoint(void* user_data, wfn_run* handle, const wfn_checkpoint* checkpoint) {
    const char* texts[] = {MEMBER(wfn_checkpoint, checkpoint, json, NULL),
                           MEMBER(wfn_checkpoint, checkpoint, job_id, NULL)};
    struct event* event = event_new(EVENT_CHECKPOINT, texts, 2);
    struct run* run = live_lock(user_data);
    if (run == NULL) {
        event_free(event);
        return;
    }
    const wfn_module* table = run->session->module->table;
    pthread_mutex_lock(&run->addon->mailbox.mutex);
    uint32_t number = ++run->checkpoints;
    pthread_mutex_unlock(&run->addon->mailbox.mutex);
    bool posted = false;
    if (event != NULL && texts[0] != NULL) {
        event->id = run->id;
        event->numbers[0] = number;
        event->numbers[1] = MEMBER(wfn_checkpoint, checkpoint, submission, WFN_MAYBE_SUBMITTED);
        posted = post(run, event);
    }
    live_unlock();
    if (posted)
        return;
    event_free(event);
    (void)table->run_checkpoint_saved(handle, 0); /* nothing can keep it */
}

static wfn_status attach(const struct wfn_module* table, wfn_run* handle, const wfn_attachment* attachment) {
    return MEMBER(wfn_module, table, run_attach, NULL) != NULL ? table->run_attach(handle, attachment)
                                                               : WFN_INVALID_STATE;
}

/* [module] */
static void on_attachment(void* user_data, wfn_run* handle, const wfn_attachment_request* request) {
    const char* texts[] = {MEMBER(wfn_attachment_request, request, name, NULL),
                           MEMBER(wfn_attachment_request, request, path, NULL),
                           MEMBER(wfn_attachment_request, request, media_types, NULL)};
    struct event* event = event_new(EVENT_ATTACHMENT, texts, 3);
    struct run* run = live_lock(user_data);
    if (run == NULL) {
        event_free(event);
        return;
    }
    const wfn_module* table = run->session->module->table;
    pthread_mutex_lock(&run->addon->mailbox.mutex);
    uint32_t number = ++run->attachments;
    pthread_mutex_unlock(&run->addon->mailbox.mutex);
    bool posted = false;
    if (event != NULL) {
        event->id = run->id;
        event->numbers[0] = number;
        event->numbers[1] = (double)MEMBER(wfn_attachment_request, request, max_bytes, 0);
        event->numbers[2] = MEMBER(wfn_attachment_request, request, max_side, 0);
        posted = post(run, event);
    }
    live_unlock();
    if (posted)
        return;
    event_free(event);
    const wfn_attachment none = {.struct_size = sizeof none, .failure = ""};
    (void)attach(table, handle, &none); /* nothing can give it */
}

/* The order is that of onComplete in lib/run.js. */
static struct event* ending_of(const wfn_result* result) {
    const wfn_error* error = MEMBER(wfn_result, result, error, NULL);
    const wfn_checkpoint* checkpoint = MEMBER(wfn_result, result, checkpoint, NULL);
    const char* const texts[EVENT_TEXTS] = {
        MEMBER(wfn_result, result, output_json, NULL),
        MEMBER(wfn_checkpoint, checkpoint, json, MEMBER(wfn_result, result, checkpoint_json, NULL)),
        MEMBER(wfn_checkpoint, checkpoint, job_id, NULL),
        MEMBER(wfn_result, result, warnings_json, NULL),
        MEMBER(wfn_error, error, code, NULL),
        MEMBER(wfn_error, error, type, NULL),
        MEMBER(wfn_error, error, message, NULL),
        MEMBER(wfn_error, error, cause, NULL),
        MEMBER(wfn_error, error, solution, NULL),
        MEMBER(wfn_error, error, request_id, NULL),
        MEMBER(wfn_error, error, job_id, NULL),
        MEMBER(wfn_error, error, details_json, NULL),
    };
    struct event* event = event_new(EVENT_COMPLETE, texts, EVENT_TEXTS);
    if (event == NULL)
        return NULL;
    event->numbers[0] = MEMBER(wfn_result, result, outcome, WFN_FAILED);
    event->numbers[1] = (double)MEMBER(wfn_result, result, resume_after_ms, -1);
    event->numbers[2] = MEMBER(wfn_checkpoint, checkpoint, submission, WFN_MAYBE_SUBMITTED);
    event->numbers[3] = MEMBER(wfn_error, error, retryable, 0);
    event->numbers[4] = (double)MEMBER(wfn_error, error, retry_after_ms, -1);
    event->numbers[5] = MEMBER(wfn_error, error, charged, WFN_MAYBE_CHARGED);
    event->numbers[6] = MEMBER(wfn_error, error, http_status, 0);
    return event;
}

/* [module] */
static void on_complete(void* user_data, wfn_run* handle, const wfn_result* result) {
    struct event* event = ending_of(result);
    struct run* run = live_lock(user_data);
    if (run == NULL) { /* it has ended before */
        event_free(event);
        return;
    }
    live_forget_locked(&run->live);
    const wfn_module* table = run->session->module->table;
    if (event == NULL) { /* the promise must not stay open: JavaScript makes an error of it */
        event = &run->ending;
        *event = (struct event){.kind = EVENT_COMPLETE, .embedded = true, .numbers = {-1}};
    }
    event->id = run->id;
    event->run = run;
    if (!post(run, event))
        event_free(event); /* addon_shut_down ends the run when all threads are joined */
    live_unlock();
    (void)table->run_release(handle);
}

struct execute_arguments {
    struct text run_key, input, connection, checkpoint, traceparent;
    double node, flags, timeout_ms, checkpoint_timeout_ms, suspend, suspend_after_ms;
    bool wants_progress, keeps_checkpoints, has_attachments;
};

static bool get_execute_arguments(napi_env env, napi_value object, struct execute_arguments* arguments) {
    return get_number_member(env, object, "node", &arguments->node)
           && get_number_member(env, object, "flags", &arguments->flags)
           && get_text_member(env, object, "runKey", &arguments->run_key)
           && get_text_member(env, object, "input", &arguments->input)
           && get_text_member(env, object, "connection", &arguments->connection)
           && get_text_member(env, object, "checkpoint", &arguments->checkpoint)
           && get_text_member(env, object, "traceparent", &arguments->traceparent)
           && get_number_member(env, object, "timeoutMs", &arguments->timeout_ms)
           && get_number_member(env, object, "checkpointTimeoutMs", &arguments->checkpoint_timeout_ms)
           && get_number_member(env, object, "suspend", &arguments->suspend)
           && get_number_member(env, object, "suspendAfterMs", &arguments->suspend_after_ms)
           && get_flag_member(env, object, "wantsProgress", &arguments->wants_progress)
           && get_flag_member(env, object, "keepsCheckpoints", &arguments->keeps_checkpoints)
           && get_flag_member(env, object, "hasAttachments", &arguments->has_attachments);
}

static void wipe_arguments(struct execute_arguments* arguments) {
    wipe_text(&arguments->run_key);
    wipe_text(&arguments->input);
    wipe_text(&arguments->connection);
    wipe_text(&arguments->checkpoint);
    wipe_text(&arguments->traceparent);
}

/* A run with a place in the table; NULL: no memory. */
static struct run* new_run(struct session* session) {
    struct addon* addon = session->addon;
    if (addon->run_count == addon->run_capacity) {
        uint32_t capacity = addon->run_capacity > 0 ? 2 * addon->run_capacity : 64;
        struct run** runs = realloc(addon->runs, capacity * sizeof *runs);
        uint32_t* free_ids = realloc(addon->free_run_ids, capacity * sizeof *free_ids);
        if (runs != NULL)
            addon->runs = runs;
        if (free_ids != NULL)
            addon->free_run_ids = free_ids;
        if (runs == NULL || free_ids == NULL)
            return NULL;
        for (uint32_t id = addon->run_capacity; id < capacity; ++id) {
            runs[id] = NULL;
            free_ids[id] = id;
        }
        addon->run_capacity = capacity;
    }
    struct run* run = calloc(1, sizeof *run);
    if (run == NULL || !live_add(&run->live, run)) {
        free(run);
        return NULL;
    }
    run->addon = addon;
    run->session = session;
    run->id = addon->free_run_ids[addon->run_count++];
    addon->runs[run->id] = run;
    addon_hold(addon);
    return run;
}

void run_end(struct run* run) {
    struct addon* addon = run->addon;
    live_forget(&run->live);
    addon->runs[run->id] = NULL;
    addon->free_run_ids[--addon->run_count] = run->id;
    addon_let_go(addon);
    free(run);
}

static wfn_status start(struct session* session, const struct execute_arguments* arguments, uint32_t* id) {
    const wfn_module* table = session->module->table;
    if (session->state != SESSION_OPEN || arguments->node < 0 || arguments->node >= table->node_count)
        return WFN_INVALID_STATE;
    struct run* run = new_run(session);
    if (run == NULL)
        return WFN_OUT_OF_MEMORY;
    const wfn_request request = {.struct_size = sizeof request,
                                 .flags = (uint32_t)arguments->flags,
                                 .run_key = arguments->run_key.characters,
                                 .input_json = arguments->input.characters,
                                 .connection_json = arguments->connection.characters,
                                 .checkpoint_json = arguments->checkpoint.characters,
                                 .traceparent = arguments->traceparent.characters,
                                 .timeout_ms = (int64_t)arguments->timeout_ms,
                                 .checkpoint_timeout_ms = (int64_t)arguments->checkpoint_timeout_ms,
                                 .suspend = (int32_t)arguments->suspend,
                                 .suspend_after_ms = (int64_t)arguments->suspend_after_ms,
                                 .user_data = live_user_data(&run->live),
                                 .on_progress = arguments->wants_progress ? on_progress : NULL,
                                 .on_checkpoint = arguments->keeps_checkpoints ? on_checkpoint : NULL,
                                 .on_complete = on_complete,
                                 .on_attachment = arguments->has_attachments ? on_attachment : NULL};
    *id = run->id;
    const wfn_node* node = table->nodes[(uint32_t)arguments->node];
    wfn_status status = node->execute(node, session->handle, &request, &run->handle);
    if (status != WFN_OK)
        run_end(run);
    return status;
}

/* execute(session, request): the run's id, or the negative status of a call that was refused. */
napi_value run_execute(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 2;
    napi_value values[2], result;
    struct session* session;
    struct execute_arguments arguments = {0};
    uint32_t id = 0;
    if (napi_get_cb_info(env, info, &count, values, NULL, (void**)&addon) != napi_ok
        || napi_get_value_external(env, values[0], (void**)&session) != napi_ok)
        return throw_failure(env);
    bool ready = get_execute_arguments(env, values[1], &arguments);
    wfn_status status = ready ? start(session, &arguments, &id) : WFN_INVALID_ARGUMENT;
    wipe_arguments(&arguments);
    if (!ready
        || napi_create_double(env, status == WFN_OK ? (double)id : -(double)status, &result) != napi_ok)
        return throw_failure(env);
    return result;
}

/* The run of an id that JavaScript gave; NULL: it is over. */
static struct run* find_run(napi_env env, napi_callback_info info, napi_value* values, size_t count) {
    struct addon* addon;
    uint32_t id;
    if (napi_get_cb_info(env, info, &count, values, NULL, (void**)&addon) != napi_ok
        || napi_get_value_uint32(env, values[0], &id) != napi_ok || id >= addon->run_capacity)
        return NULL;
    return addon->runs[id];
}

/* cancel(run) */
napi_value run_cancel(napi_env env, napi_callback_info info) {
    napi_value values[1];
    struct run* run = find_run(env, info, values, 1);
    if (run != NULL)
        (void)run->session->module->table->run_cancel(run->handle);
    return NULL;
}

/* answerCheckpoint(run, number, kept) */
napi_value run_answer_checkpoint(napi_env env, napi_callback_info info) {
    napi_value values[3];
    uint32_t number;
    bool kept;
    struct run* run = find_run(env, info, values, 3);
    if (run == NULL || napi_get_value_uint32(env, values[1], &number) != napi_ok
        || napi_get_value_bool(env, values[2], &kept) != napi_ok)
        return NULL;
    /* An answer that comes so late that the module asks about another checkpoint by now is not for that one.
     */
    pthread_mutex_lock(&run->addon->mailbox.mutex);
    bool last = run->checkpoints == number;
    pthread_mutex_unlock(&run->addon->mailbox.mutex);
    if (last)
        (void)run->session->module->table->run_checkpoint_saved(run->handle, kept ? 1 : 0);
    return NULL;
}

/* answerAttachment(run, number, bytes or undefined, failure or undefined): the module's status. */
napi_value run_answer_attachment(napi_env env, napi_callback_info info) {
    napi_value values[4], result;
    uint32_t number;
    struct text failure;
    bool has_bytes;
    wfn_attachment attachment = {.struct_size = sizeof attachment};
    size_t size = 0;
    struct run* run = find_run(env, info, values, 4);
    if (run == NULL || napi_get_value_uint32(env, values[1], &number) != napi_ok
        || napi_is_buffer(env, values[2], &has_bytes) != napi_ok || !get_text(env, values[3], &failure))
        return NULL;
    pthread_mutex_lock(&run->addon->mailbox.mutex);
    bool last = run->attachments == number;
    pthread_mutex_unlock(&run->addon->mailbox.mutex);
    wfn_status status = WFN_INVALID_STATE;
    if (last
        && (!has_bytes || napi_get_buffer_info(env, values[2], (void**)&attachment.data, &size) == napi_ok)) {
        attachment.size = size;
        attachment.failure = failure.characters;
        status = attach(run->session->module->table, run->handle, &attachment);
    }
    wipe_text(&failure);
    return napi_create_int32(env, status, &result) == napi_ok ? result : NULL;
}
