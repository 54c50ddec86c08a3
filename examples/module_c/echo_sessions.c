/*
 * Sessions and runs: one thread per run, all joined when the session closes. Handles are numbers that
 * are never used twice, so that one that is no longer valid is recognised without being looked into.
 */
#define _POSIX_C_SOURCE 200809L
#include "echo_run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t echo_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* something of some run or session changed */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct session* sessions;
static struct run* runs;
static uintptr_t last_id;

/* Around fork: the child starts with none of its parent's sessions and runs, whose threads it does not have.
 */
static void before_fork(void) {
    pthread_mutex_lock(&echo_mutex);
}
static void after_fork(void) {
    pthread_mutex_unlock(&echo_mutex);
}
static void make_condition(void);
static void in_child(void) {
    sessions = NULL;
    runs = NULL;
    make_condition();
    pthread_mutex_unlock(&echo_mutex);
}

static void make_condition(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void prepare(void) {
    make_condition();
    pthread_atfork(before_fork, after_fork, in_child);
}

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wait_changed(int64_t until_ms) {
    struct timespec until;
    if (until_ms < 0)
        return pthread_cond_wait(&changed, &echo_mutex) == 0;
    until.tv_sec = (time_t)(until_ms / 1000);
    until.tv_nsec = (long)(until_ms % 1000) * 1000000;
    return pthread_cond_timedwait(&changed, &echo_mutex, &until) == 0;
}

/* Both with the mutex held. */
static struct session* find_session(const wfn_session* handle) {
    struct session* s = sessions;
    while (s != NULL && s->id != (uintptr_t)handle)
        s = s->next;
    return s;
}
/* A handle that was given up is still valid in the callbacks of its run. */
static int given_up(const struct run* r) {
    return r->released && (r->over || !pthread_equal(r->thread, pthread_self()));
}
static struct run* find_run(const wfn_run* handle) {
    struct run* r = runs;
    while (r != NULL && (r->id != (uintptr_t)handle || given_up(r)))
        r = r->next;
    return r;
}

/* Whether the calling thread is one of the session's own. */
static int in_callback(const struct session* s) {
    const struct run* r = runs;
    while (r != NULL && (r->over || r->session != s || !pthread_equal(r->thread, pthread_self())))
        r = r->next;
    return r != NULL;
}

static void unlink_and_free(struct run* r) {
    struct run** link = &runs;
    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    free(r->input);
    free(r->output);
    free(r);
}

/* Joins threads that have nothing more to do. Without the mutex. */
static void join_all(struct ended_thread* ended) {
    while (ended != NULL) {
        struct ended_thread* next = ended->next;
        pthread_join(ended->thread, NULL);
        free(ended);
        ended = next;
    }
}

static void* run_thread(void* argument) {
    struct run* r = argument;
    struct session* s;
    struct ended_thread* end = r->end;
    pthread_mutex_lock(&echo_mutex); /* until execute has set *run */
    s = r->session;
    pthread_mutex_unlock(&echo_mutex);
    echo_work(r);
    pthread_mutex_lock(&echo_mutex);
    r->ended = 1;
    pthread_mutex_unlock(&echo_mutex);
    if (r->request.on_complete != NULL)
        r->request.on_complete(r->request.user_data, (wfn_run*)r->id, &r->result);
    pthread_mutex_lock(&echo_mutex);
    r->over = 1;
    if (r->released)
        unlink_and_free(r);
    end->thread = pthread_self();
    end->next = s->ended;
    s->ended = end;
    --s->live;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&echo_mutex);
    return NULL;
}

wfn_status echo_open(const wfn_host* host, const char* settings_json, wfn_session** session) {
    struct session* s;
    (void)settings_json; /* there are none */
    if (session == NULL)
        return WFN_INVALID_ARGUMENT;
    *session = NULL;
    if (host != NULL && !WFN_HAS(wfn_host, host, log))
        return WFN_INVALID_ARGUMENT;
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return WFN_OUT_OF_MEMORY;
    if (host != NULL)
        memcpy(&s->host, host, host->struct_size < sizeof *host ? host->struct_size : sizeof *host);
    if (s->host.log != NULL && WFN_LOG_INFO >= s->host.log_level)
        s->host.log(s->host.user_data, WFN_LOG_INFO, "The echo is listening");
    pthread_once(&once, prepare);
    pthread_mutex_lock(&echo_mutex);
    s->id = ++last_id;
    s->next = sessions;
    sessions = s;
    *session = (wfn_session*)s->id;
    pthread_mutex_unlock(&echo_mutex);
    return WFN_OK;
}

wfn_status echo_close(wfn_session* session) {
    struct session *s, **link;
    struct run* r;
    wfn_status status = WFN_OK;
    pthread_mutex_lock(&echo_mutex);
    s = find_session(session);
    if (s == NULL || s->closing)
        status = s == NULL ? WFN_INVALID_HANDLE : WFN_INVALID_STATE;
    else if (in_callback(s))
        status = WFN_WRONG_THREAD;
    if (status == WFN_OK) {
        s->closing = 1;
        for (r = runs; r != NULL; r = r->next)
            if (!r->over && r->session == s)
                r->suspend = 1;
        pthread_cond_broadcast(&changed);
        while (s->live > 0)
            wait_changed(-1);
        for (link = &sessions; *link != s; link = &(*link)->next) {
        }
        *link = s->next;
    }
    pthread_mutex_unlock(&echo_mutex);
    if (status == WFN_OK) {
        join_all(s->ended);
        free(s);
    }
    return status;
}

wfn_status echo_execute(wfn_session* session, const wfn_request* request, wfn_run** run, int slow) {
    struct run* r;
    struct ended_thread* ended = NULL;
    sigset_t all, before;
    wfn_status status = WFN_OK;
    if (run == NULL)
        return WFN_INVALID_ARGUMENT;
    *run = NULL;
    if (request == NULL || !WFN_HAS(wfn_request, request, on_complete) || request->input_json == NULL
        || strlen(request->input_json) > WFN_MAX_INPUT_BYTES
        || (request->flags & ~(uint32_t)(WFN_VALIDATE_ONLY | WFN_CANCEL_JOB_AT_DEADLINE | WFN_COLLECT_ONLY))
               != 0
        || (request->run_key != NULL && strlen(request->run_key) > WFN_MAX_RUN_KEY_BYTES))
        return WFN_INVALID_ARGUMENT;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        return WFN_OUT_OF_MEMORY;
    /* A newer host's request is longer, and what is beyond ours means nothing to us. */
    memcpy(&r->request, request,
           request->struct_size < sizeof *request ? request->struct_size : sizeof *request);
    r->input = malloc(strlen(request->input_json) + 1);
    r->output = malloc(strlen(request->input_json) + 10);
    r->end = malloc(sizeof *r->end);
    r->slow = slow;
    r->resumed = request->checkpoint_json != NULL;
    r->collects_nothing = (request->flags & WFN_COLLECT_ONLY) != 0
                          && (!r->resumed || strstr(request->checkpoint_json, "\"job_id\"") == NULL);
    r->started_ms = now_ms();
    r->left_ms = milliseconds_in(r->resumed ? request->checkpoint_json : request->input_json, 1000);
    r->bad_connection = slow && request->connection_json != NULL
                        && strstr(request->connection_json, "\"api_key\":\"wrong\"") != NULL;
    r->result.struct_size = sizeof r->result;
    r->result.resume_after_ms = -1;
    r->result.warnings_json =
        r->resumed ? "[{\"code\":\"resumed\",\"message\":\"Went on from a checkpoint\"}]" : "[]";
    pthread_mutex_lock(&echo_mutex);
    r->session = find_session(session);
    if (r->input == NULL || r->output == NULL || r->end == NULL)
        status = WFN_OUT_OF_MEMORY;
    else if (r->session == NULL || r->session->closing)
        status = r->session == NULL ? WFN_INVALID_HANDLE : WFN_INVALID_STATE;
    r->id = ++last_id;
    r->next = runs;
    runs = r;
    if (status == WFN_OK) {
        memcpy(r->input, request->input_json, strlen(request->input_json) + 1);
        sigfillset(&all); /* signals are the host's business, on the host's threads */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        if (pthread_create(&r->thread, NULL, run_thread, r) != 0)
            status = WFN_OUT_OF_MEMORY;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (status == WFN_OK) {
        ++r->session->live;
        *run = (wfn_run*)r->id;
        ended = r->session->ended; /* each run clears up after those before it */
        r->session->ended = NULL;
    } else {
        free(r->end);
        unlink_and_free(r);
    }
    pthread_mutex_unlock(&echo_mutex);
    join_all(ended);
    return status;
}

/* Sets a flag of the run, and wakes whoever waits. */
static wfn_status set_flag(wfn_run* handle, size_t flag_offset) {
    struct run* r;
    pthread_mutex_lock(&echo_mutex);
    r = find_run(handle);
    if (r != NULL && !r->over) {
        *(int*)((char*)r + flag_offset) = 1;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&echo_mutex);
    return r != NULL ? WFN_OK : WFN_INVALID_HANDLE;
}
wfn_status echo_run_cancel(wfn_run* run) {
    return set_flag(run, offsetof(struct run, cancel));
}
wfn_status echo_run_suspend(wfn_run* run) {
    return set_flag(run, offsetof(struct run, suspend));
}

wfn_status echo_run_checkpoint_saved(wfn_run* run, int32_t kept) {
    wfn_status status = WFN_INVALID_HANDLE;
    struct run* r;
    if (kept != 0 && kept != 1)
        return WFN_INVALID_ARGUMENT;
    pthread_mutex_lock(&echo_mutex);
    r = find_run(run);
    if (r != NULL) {
        status = r->awaiting ? WFN_OK : WFN_INVALID_STATE;
        if (r->awaiting)
            r->kept = kept;
        r->awaiting = 0;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&echo_mutex);
    return status;
}

wfn_status echo_run_wait(wfn_run* run, int64_t timeout_ms) {
    const int64_t until = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    wfn_status status = WFN_OK;
    struct run* r;
    pthread_mutex_lock(&echo_mutex);
    r = find_run(run);
    if (r == NULL)
        status = WFN_INVALID_HANDLE;
    else if (!r->over && in_callback(r->session))
        status = WFN_WRONG_THREAD;
    while (status == WFN_OK && r != NULL && !r->over) {
        if (!wait_changed(until))
            status = WFN_TIMED_OUT;
        r = find_run(run); /* NULL: released meanwhile, which ends this wait */
    }
    pthread_mutex_unlock(&echo_mutex);
    return status;
}

const wfn_result* echo_run_result(wfn_run* run) {
    const wfn_result* result = NULL;
    struct run* r;
    pthread_mutex_lock(&echo_mutex);
    r = find_run(run);
    if (r != NULL && r->ended)
        result = &r->result;
    pthread_mutex_unlock(&echo_mutex);
    return result;
}

wfn_status echo_run_release(wfn_run* run) {
    struct run* r;
    pthread_mutex_lock(&echo_mutex);
    r = find_run(run);
    if (r != NULL) {
        r->released = 1;
        if (r->over)
            unlink_and_free(r);
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&echo_mutex);
    return r != NULL ? WFN_OK : WFN_INVALID_HANDLE;
}
