/*
 * What module threads have to tell JavaScript: one queue for each environment, in the order of arrival.
 * JavaScript is woken once for many events and takes them one by one, so that it decides how long to stay.
 */
#pragma once

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;
struct run;

/* lib/dispatch.js knows these numbers. */
enum event_kind {
    EVENT_LOG = 0,
    EVENT_PROGRESS = 1,
    EVENT_CHECKPOINT = 2,
    EVENT_COMPLETE = 3,
    EVENT_JOB = 4,
    EVENT_ATTACHMENT = 5
};

enum { EVENT_NUMBERS = 7, EVENT_TEXTS = 12 };

struct event {
    struct event *next, *previous;
    enum event_kind kind;
    uint32_t id;     /* of the session for EVENT_LOG and EVENT_JOB, else of the run */
    bool embedded;   /* part of a run or a job, not to be freed */
    struct run* run; /* EVENT_COMPLETE */
    struct job* job; /* EVENT_JOB */
    /* Where its sender remembers it; made NULL, under the mutex, when the event leaves the mailbox. */
    struct event** remembered;
    size_t size; /* of its memory */
    double numbers[EVENT_NUMBERS];
    uint32_t text_count;
    const char* texts[EVENT_TEXTS]; /* in the memory of the event itself; NULL: none */
};

struct mailbox {
    pthread_mutex_t mutex;
    napi_threadsafe_function wake_up;
    bool closed;
    bool awake; /* JavaScript was woken and has not found the queue empty since */
    struct event *first, *last;
    size_t log_size; /* of the log events that wait */
};

/* A module that writes more than JavaScript reads must not take all memory. */
enum { MOST_LOG_SIZE = 64 << 20 };

/* Copies the texts. NULL: no memory. */
struct event* event_new(enum event_kind kind, const char* const* texts, uint32_t count);
void event_free(struct event* event);

/* True: the mailbox has the event now. False: it is closed, or it is log and there is too much of that. */
bool mailbox_post(struct mailbox* mailbox, struct event* event);
/* With the mutex held: the same, and putting an event in the place of one that waits. */
bool mailbox_post_locked(struct mailbox* mailbox, struct event* event);
void mailbox_replace_locked(struct mailbox* mailbox, struct event* old, struct event* event);
/* The oldest event, for the caller to free; NULL: none, and the next one wakes JavaScript again. */
struct event* mailbox_take(struct mailbox* mailbox);
/* From now on nothing is posted and no wake-up happens. Returns what was not taken. */
struct event* mailbox_close(struct mailbox* mailbox);
