/* Sessions: opening, the module's log, and closing on a thread that may wait. */
#include "addon.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On the module's threads, or on the one inside open, execute or close. */
static void on_log(void* user_data, wfn_log_level level, const char* message) {
    struct session* session = message != NULL ? live_lock(user_data) : NULL;
    if (session == NULL)
        return;
    struct mailbox* mailbox = &session->addon->mailbox;
    pthread_mutex_lock(&mailbox->mutex);
    if (session->opening && level >= WFN_LOG_WARNING && session->complaint[0] == '\0')
        snprintf(session->complaint, sizeof session->complaint, "%s", message);
    pthread_mutex_unlock(&mailbox->mutex);
    struct event* event = session->forward_logs ? event_new(EVENT_LOG, &message, 1) : NULL;
    bool posted = true;
    if (event != NULL) {
        event->id = session->id;
        event->numbers[0] = level;
        pthread_mutex_lock(&mailbox->mutex);
        event->numbers[1] = session->log_lost;
        posted = mailbox_post_locked(mailbox, event);
        session->log_lost = posted ? 0 : session->log_lost + 1;
        pthread_mutex_unlock(&mailbox->mutex);
    }
    live_unlock();
    if (!posted)
        event_free(event);
}

static void free_session(struct session* session) {
    addon_release(session->addon);
    free(session);
}

static void close_session(struct job* job) {
    struct session* session = job->data;
    job->event.numbers[0] = session->module->table->close(session->handle);
}

static void closed_session(struct job* job) {
    struct session* session = job->data;
    struct addon* addon = session->addon;
    session->state = SESSION_CLOSED;
    live_forget(&session->live);
    struct session** link = &addon->sessions;
    while (*link != session)
        link = &(*link)->next;
    *link = session->next;
    /* There are none left, but of a module that never said that they are over. */
    for (uint32_t id = 0; id < addon->run_capacity; ++id)
        if (addon->runs[id] != NULL && addon->runs[id]->session == session)
            run_end(addon->runs[id]);
    module_release(addon, session->module);
    session->module = NULL;
    if (session->keeps_alive)
        addon_let_go(addon);
    if (session->collected)
        free_session(session);
}

void session_start_closing(struct session* session) {
    session->state = SESSION_CLOSING;
    session->closing = (struct job){.work = close_session, .done = closed_session, .data = session};
    session->closing.event.id = session->id;
    background_start(session->addon, &session->closing);
}

static void forget_session(napi_env env, void* data, void* hint) {
    struct session* session = data;
    (void)env;
    (void)hint;
    session->collected = true;
    if (session->state == SESSION_CLOSED)
        free_session(session);
    else if (session->state == SESSION_OPEN)
        session_start_closing(session);
}

struct open_arguments {
    struct module* module;
    struct text host_name, host_version, settings;
    bool forward_logs;
    wfn_log_level log_level;
};

static bool get_open_arguments(napi_env env, napi_value* values, struct open_arguments* arguments) {
    *arguments = (struct open_arguments){0};
    return napi_get_value_external(env, values[0], (void**)&arguments->module) == napi_ok
           && get_text(env, values[1], &arguments->host_name)
           && get_text(env, values[2], &arguments->host_version)
           && get_text(env, values[3], &arguments->settings)
           && napi_get_value_bool(env, values[4], &arguments->forward_logs) == napi_ok
           && napi_get_value_int32(env, values[5], &arguments->log_level) == napi_ok;
}

static wfn_status open_with(struct session* session, const struct open_arguments* arguments) {
    const wfn_host host = {.struct_size = sizeof host,
                           .log_level = arguments->log_level,
                           .name = arguments->host_name.characters,
                           .version = arguments->host_version.characters,
                           .user_data = live_user_data(&session->live),
                           .log = on_log};
    session->opening = true;
    session->forward_logs = arguments->forward_logs;
    wfn_status status = session->module->table->open(&host, arguments->settings.characters, &session->handle);
    pthread_mutex_lock(&session->addon->mailbox.mutex);
    session->opening = false;
    pthread_mutex_unlock(&session->addon->mailbox.mutex);
    return status;
}

static void throw_not_opened(napi_env env, wfn_status status, const char* complaint) {
    char message[640];
    if (complaint[0] != '\0')
        snprintf(message, sizeof message, "The module does not open a session: %s", complaint);
    else
        snprintf(message, sizeof message, "The module does not open a session: status %d; check the settings",
                 (int)status);
    (void)napi_throw_error(env, "session_not_opened", message);
}

/* open(module, hostName, hostVersion, settingsJson, forwardLogs, logLevel): {handle, id} */
napi_value session_open(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 6;
    napi_value values[6], result, handle;
    struct open_arguments arguments;
    struct session* session = NULL;
    if (napi_get_cb_info(env, info, &count, values, NULL, (void**)&addon) != napi_ok)
        return throw_failure(env);
    if (get_open_arguments(env, values, &arguments) && !addon->shut_down)
        session = calloc(1, sizeof *session);
    wfn_status status = WFN_OUT_OF_MEMORY;
    if (session != NULL) {
        session->addon = addon;
        session->module = arguments.module;
        session->id = ++addon->last_session_id;
        if (live_add(&session->live, session))
            status = open_with(session, &arguments);
    }
    wipe_text(&arguments.host_name);
    wipe_text(&arguments.host_version);
    wipe_text(&arguments.settings);
    if (session == NULL)
        return throw_failure(env);
    if (status != WFN_OK) {
        live_forget(&session->live);
        throw_not_opened(env, status, session->complaint);
        free(session);
        return NULL;
    }
    ++addon->references;
    ++session->module->references;
    session->next = addon->sessions;
    addon->sessions = session;
    if (napi_create_external(env, session, forget_session, NULL, &handle) != napi_ok) {
        forget_session(env, session, NULL);
        return throw_failure(env);
    }
    if (napi_create_object(env, &result) != napi_ok
        || napi_set_named_property(env, result, "handle", handle) != napi_ok
        || !set_number(env, result, "id", session->id))
        return throw_failure(env);
    return result;
}

/* close(session): an EVENT_JOB with its id follows. Only once for each session. */
napi_value session_close(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 1;
    napi_value argument;
    struct session* session;
    if (napi_get_cb_info(env, info, &count, &argument, NULL, (void**)&addon) != napi_ok
        || napi_get_value_external(env, argument, (void**)&session) != napi_ok)
        return throw_failure(env);
    if (session->state == SESSION_OPEN) {
        session->keeps_alive = true;
        addon_hold(addon);
        session_start_closing(session);
    }
    return NULL;
}
