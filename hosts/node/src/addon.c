/* The addon's beginning and end in one environment, and the way of events into JavaScript. */
#include "addon.h"

#include "values.h"

#include <image/c_interface.h>
#include <stdlib.h>

/* Whether the process lives on does not matter once it is at its end: the statuses are not needed. */
void addon_hold(struct addon* addon) {
    if (addon->busy++ == 0 && !addon->shut_down)
        (void)napi_ref_threadsafe_function(addon->env, addon->mailbox.wake_up);
}
void addon_let_go(struct addon* addon) {
    if (--addon->busy == 0 && !addon->shut_down)
        (void)napi_unref_threadsafe_function(addon->env, addon->mailbox.wake_up);
}

void addon_release(struct addon* addon) {
    if (--addon->references > 0)
        return;
    pthread_mutex_destroy(&addon->mailbox.mutex);
    image_stop_free(addon->images);
    free(addon->runs);
    free(addon->free_run_ids);
    free(addon);
}

void addon_shut_down(struct addon* addon) {
    if (addon->shut_down)
        return;
    addon->shut_down = true;
    image_stop_now(addon->images);
    struct event* event = mailbox_close(&addon->mailbox);
    while (event != NULL) {
        struct event* next = event->next;
        event_free(event);
        event = next;
    }
    /* Checkpoints that JavaScript was given can no longer be answered, and close would wait for that. */
    for (uint32_t id = 0; id < addon->run_capacity; ++id) {
        const struct run* run = addon->runs[id];
        if (run != NULL)
            (void)run->session->module->table->run_checkpoint_saved(run->handle, 0);
    }
    for (struct session* session = addon->sessions; session != NULL; session = session->next)
        if (session->state == SESSION_OPEN)
            session_start_closing(session); /* each on its own thread: all at once */
    while (addon->jobs != NULL)
        background_finish(addon->jobs);
    /* It is no longer used. Unless that is said, newer versions of Node.js keep its memory. */
    (void)napi_release_threadsafe_function(addon->mailbox.wake_up, napi_tsfn_release);
}

static void clean_up(void* addon) {
    addon_shut_down(addon);
}

static void forget_addon(napi_env env, void* addon, void* hint) {
    (void)env;
    (void)hint;
    addon_release(addon);
}

/* On the JavaScript thread, once for many events. */
static void wake_up(napi_env env, napi_value dispatch, void* context, void* data) {
    napi_value undefined;
    (void)context;
    (void)data;
    if (env == NULL || dispatch == NULL || napi_get_undefined(env, &undefined) != napi_ok)
        return;
    (void)napi_call_function(env, undefined, dispatch, 0, NULL, NULL);
}

/* start(dispatch): events wait for dispatch from now on. Once. */
static napi_value start(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 1;
    napi_value dispatch, name;
    if (napi_get_cb_info(env, info, &count, &dispatch, NULL, (void**)&addon) != napi_ok
        || addon->mailbox.wake_up != NULL
        || napi_create_string_utf8(env, "workflow_node", NAPI_AUTO_LENGTH, &name) != napi_ok
        || napi_create_threadsafe_function(env, dispatch, NULL, name, 0, 1, NULL, NULL, addon, wake_up,
                                           &addon->mailbox.wake_up)
               != napi_ok)
        return throw_failure(env);
    /* Hooks run last in, first out: this one, added now, runs before Node.js ends the function. */
    if (napi_add_env_cleanup_hook(env, clean_up, addon) != napi_ok
        || napi_unref_threadsafe_function(env, addon->mailbox.wake_up) != napi_ok)
        return throw_failure(env);
    return NULL;
}

static bool describe_event(napi_env env, const struct event* event, napi_value* result) {
    napi_value value;
    uint32_t place = 0;
    bool made = napi_create_array_with_length(env, 2 + EVENT_NUMBERS + event->text_count, result) == napi_ok
                && napi_create_uint32(env, event->kind, &value) == napi_ok
                && napi_set_element(env, *result, place++, value) == napi_ok
                && napi_create_uint32(env, event->id, &value) == napi_ok
                && napi_set_element(env, *result, place++, value) == napi_ok;
    for (size_t i = 0; made && i < EVENT_NUMBERS; ++i)
        made = napi_create_double(env, event->numbers[i], &value) == napi_ok
               && napi_set_element(env, *result, place++, value) == napi_ok;
    for (size_t i = 0; made && i < event->text_count; ++i)
        made = make_text(env, event->texts[i], &value)
               && napi_set_element(env, *result, place++, value) == napi_ok;
    return made;
}

/* take(): the oldest event as [kind, id, ...numbers, ...texts]; undefined: there is none. */
static napi_value take(napi_env env, napi_callback_info info) {
    struct addon* addon;
    napi_value result;
    if (napi_get_cb_info(env, info, NULL, NULL, NULL, (void**)&addon) != napi_ok)
        return throw_failure(env);
    struct event* event = mailbox_take(&addon->mailbox);
    if (event == NULL)
        return NULL;
    bool made = describe_event(env, event, &result);
    struct run* run = event->run;
    struct job* job = event->job;
    event_free(event); /* before the run or the job, of which it may be a part */
    if (run != NULL)
        run_end(run);
    if (job != NULL)
        background_finish(job);
    return made ? result : throw_failure(env);
}

/* shutDown(): for process.exit, which runs no hooks on the main thread. */
static napi_value shut_down(napi_env env, napi_callback_info info) {
    struct addon* addon;
    if (napi_get_cb_info(env, info, NULL, NULL, NULL, (void**)&addon) != napi_ok)
        return throw_failure(env);
    addon_shut_down(addon);
    return NULL;
}

static struct addon* new_addon(napi_env env) {
    struct addon* addon = calloc(1, sizeof *addon);
    if (addon == NULL)
        return NULL;
    addon->images = image_stop_new();
    if (addon->images == NULL || pthread_mutex_init(&addon->mailbox.mutex, NULL) != 0) {
        image_stop_free(addon->images);
        free(addon);
        return NULL;
    }
    addon->env = env;
    addon->references = 1;
    return addon;
}

NAPI_MODULE_INIT(/* env, exports */) {
    struct addon* addon = new_addon(env);
    if (addon == NULL)
        return throw_failure(env);
    if (napi_set_instance_data(env, addon, forget_addon, NULL) != napi_ok) {
        addon_release(addon);
        return throw_failure(env);
    }
    const struct {
        const char* name;
        napi_callback call;
    } functions[] = {{"start", start},
                     {"take", take},
                     {"shutDown", shut_down},
                     {"load", module_load},
                     {"open", session_open},
                     {"close", session_close},
                     {"execute", run_execute},
                     {"cancel", run_cancel},
                     {"answerCheckpoint", run_answer_checkpoint},
                     {"answerAttachment", run_answer_attachment},
                     {"prepareImage", image_prepare_one}};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
        napi_value function;
        if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, addon,
                                 &function)
                != napi_ok
            || napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
            return throw_failure(env);
    }
    /* lib/places.js looks where node.h says. */
    if (!set_text(env, exports, "pathVariable", WFN_PATH_VARIABLE)
        || !set_text(env, exports, "defaultPath", WFN_DEFAULT_PATH))
        return throw_failure(env);
    return exports;
}
