/*
 * What the parts of the addon share. One struct addon exists for each JavaScript environment: the main
 * thread has one, each worker thread another; nothing is global but the numbers of live.h.
 *
 * Threads     Everything belongs to the environment's JavaScript thread, except the mailbox, which has a
 *             mutex, and what module threads are told to touch: on_... in run.c and session.c.
 * Locks       No function of a module is called while a lock is held. live.h's comes before the mailbox's.
 * Node-API    Every status is checked. At the environment's end any call may fail, and then nothing is
 *             thrown: the function returns and leaves what it has for addon_shut_down.
 */
#pragma once

#include "live.h"
#include "mailbox.h"

#include <workflow_node/node.h>

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A library that is open. */
struct module {
    void* library;
    const wfn_module* table;
    uint32_t references; /* of JavaScript's handle and of sessions */
};

/* Work that may block, on a thread of its own. See background.c. */
struct job {
    struct job* next;
    pthread_t thread;
    struct addon* addon;
    bool joinable;                 /* false: it ran on the caller's thread, for want of another */
    void (*work)(struct job* job); /* on the job's thread */
    void (*done)(struct job* job); /* on the JavaScript thread, when the job's thread is no more */
    void* data;
    struct event event; /* may have the id of a session, and a number for JavaScript, set by work */
};

enum session_state { SESSION_OPEN, SESSION_CLOSING, SESSION_CLOSED };

struct session {
    struct session* next;
    struct live live; /* for on_log */
    struct addon* addon;
    struct module* module;
    wfn_session* handle;
    struct job closing;
    uint32_t id;
    enum session_state state;
    bool keeps_alive;  /* the close is awaited */
    bool collected;    /* JavaScript no longer has a handle of it */
    bool forward_logs; /* not written after open */
    /* Under the mailbox's mutex. */
    uint32_t log_lost; /* lines that came when too much of them waited already */
    bool opening;
    char complaint[512]; /* the first warning or error that came during open */
};

struct run {
    struct live live; /* until on_complete has come */
    struct addon* addon;
    struct session* session; /* open until the run is over */
    wfn_run* handle;
    uint32_t id;
    /* Under the mailbox's mutex. */
    struct event* unseen_progress; /* in the mailbox, and the run's last; newer progress takes its place */
    uint32_t checkpoints;          /* how many there were: an answer must be to the last */
    uint32_t attachments;          /* files that were asked for, likewise */
    struct event ending;           /* for on_complete when there is no memory */
};

struct addon {
    napi_env env;
    uint32_t references; /* of the environment and of every handle JavaScript has */
    bool shut_down;
    uint32_t busy; /* runs and closes that keep the process alive */
    struct image_stop* images;
    struct mailbox mailbox;
    struct job* jobs;
    struct session* sessions;
    uint32_t last_session_id;
    struct run** runs;      /* by id; NULL: free */
    uint32_t* free_run_ids; /* from run_count on */
    uint32_t run_capacity, run_count;
};

/* addon.c */
/* Suspends all runs and joins all threads. JavaScript's pending promises are no longer kept. */
void addon_shut_down(struct addon* addon);
void addon_release(struct addon* addon);
/* Counts what keeps the process alive. */
void addon_hold(struct addon* addon);
void addon_let_go(struct addon* addon);

/* background.c: does the work elsewhere, or, when there is no thread to be had, here and now. */
void background_start(struct addon* addon, struct job* job);
/* Joins the job's thread and calls done. */
void background_finish(struct job* job);

/* module.c */
napi_value module_load(napi_env env, napi_callback_info info);
/* Gives up a reference. The last one unloads, on a thread of its own: that runs other people's code. */
void module_release(struct addon* addon, struct module* module);

/* session.c */
napi_value session_open(napi_env env, napi_callback_info info);
napi_value session_close(napi_env env, napi_callback_info info);
void session_start_closing(struct session* session);

/* image.c */
napi_value image_prepare_one(napi_env env, napi_callback_info info);

/* run.c */
napi_value run_execute(napi_env env, napi_callback_info info);
napi_value run_cancel(napi_env env, napi_callback_info info);
napi_value run_answer_checkpoint(napi_env env, napi_callback_info info);
napi_value run_answer_attachment(napi_env env, napi_callback_info info);
/* Forgets a run that is over. */
void run_end(struct run* run);
