#include "mailbox.h"

#include <stdlib.h>
#include <string.h>

struct event* event_new(enum event_kind kind, const char* const* texts, uint32_t count) {
    size_t sizes[EVENT_TEXTS] = {0};
    size_t size = sizeof(struct event);
    for (uint32_t i = 0; i < count; ++i) {
        sizes[i] = texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
        size += sizes[i];
    }
    struct event* event = malloc(size);
    if (event == NULL)
        return NULL;
    *event = (struct event){.kind = kind, .size = size, .text_count = count};
    char* place = (char*)(event + 1);
    for (uint32_t i = 0; i < count; ++i) {
        if (texts[i] == NULL)
            continue;
        event->texts[i] = memcpy(place, texts[i], sizes[i]);
        place += sizes[i];
    }
    return event;
}

void event_free(struct event* event) {
    if (event != NULL && !event->embedded)
        free(event);
}

bool mailbox_post_locked(struct mailbox* mailbox, struct event* event) {
    if (mailbox->closed)
        return false;
    if (event->kind == EVENT_LOG) {
        if (mailbox->log_size + event->size > MOST_LOG_SIZE)
            return false;
        mailbox->log_size += event->size;
    }
    event->next = NULL;
    event->previous = mailbox->last;
    if (mailbox->last != NULL)
        mailbox->last->next = event;
    else
        mailbox->first = event;
    mailbox->last = event;
    if (!mailbox->awake) {
        /*
         * Under the mutex, because at the environment's end Node.js frees the function even if it
         * is in use: mailbox_close comes before that, and no call gets here after it.
         */
        napi_status status = napi_call_threadsafe_function(mailbox->wake_up, NULL, napi_tsfn_nonblocking);
        mailbox->awake = status == napi_ok; /* otherwise the next event tries again */
        if (status == napi_closing)
            mailbox->closed = true;
    }
    return true;
}

/* The event leaves the mailbox: taken, replaced or dropped. */
static void forget_locked(struct mailbox* mailbox, struct event* event) {
    if (event->remembered != NULL)
        *event->remembered = NULL;
    if (event->kind == EVENT_LOG)
        mailbox->log_size -= event->size;
}

void mailbox_replace_locked(struct mailbox* mailbox, struct event* old, struct event* event) {
    event->previous = old->previous;
    event->next = old->next;
    *(event->previous != NULL ? &event->previous->next : &mailbox->first) = event;
    *(event->next != NULL ? &event->next->previous : &mailbox->last) = event;
    forget_locked(mailbox, old);
}

bool mailbox_post(struct mailbox* mailbox, struct event* event) {
    pthread_mutex_lock(&mailbox->mutex);
    bool posted = mailbox_post_locked(mailbox, event);
    pthread_mutex_unlock(&mailbox->mutex);
    return posted;
}

struct event* mailbox_take(struct mailbox* mailbox) {
    pthread_mutex_lock(&mailbox->mutex);
    struct event* event = mailbox->first;
    if (event != NULL) {
        mailbox->first = event->next;
        *(event->next != NULL ? &event->next->previous : &mailbox->last) = NULL;
        forget_locked(mailbox, event);
    } else {
        mailbox->awake = false;
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return event;
}

struct event* mailbox_close(struct mailbox* mailbox) {
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->closed = true;
    struct event* left = mailbox->first;
    mailbox->first = mailbox->last = NULL;
    for (struct event* event = left; event != NULL; event = event->next)
        forget_locked(mailbox, event);
    pthread_mutex_unlock(&mailbox->mutex);
    return left;
}
