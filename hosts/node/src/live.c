#include "live.h"

#include <pthread.h>
#include <search.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* all; /* a tree of tsearch */
static uintptr_t last_number;

static int compare(const void* one, const void* other) {
    const uintptr_t a = ((const struct live*)one)->number;
    const uintptr_t b = ((const struct live*)other)->number;
    return a < b ? -1 : a > b;
}

bool live_add(struct live* live, void* owner) {
    pthread_mutex_lock(&mutex);
    *live = (struct live){.number = ++last_number, .owner = owner};
    const bool added = tsearch(live, &all, compare) != NULL;
    if (!added)
        live->number = 0;
    pthread_mutex_unlock(&mutex);
    return added;
}

void* live_user_data(const struct live* live) {
    return (void*)live->number;
}

void live_forget_locked(struct live* live) {
    if (live->number != 0)
        (void)tdelete(live, &all, compare);
    live->number = 0;
}

void live_forget(struct live* live) {
    pthread_mutex_lock(&mutex);
    live_forget_locked(live);
    pthread_mutex_unlock(&mutex);
}

void* live_lock(void* user_data) {
    const struct live key = {.number = (uintptr_t)user_data};
    pthread_mutex_lock(&mutex);
    struct live* const* found = tfind(&key, &all, compare);
    if (found != NULL)
        return (*found)->owner;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void live_unlock(void) {
    pthread_mutex_unlock(&mutex);
}
