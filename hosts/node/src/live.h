/*
 * What modules are told as user_data: a number for each run and session that may be called back, none of
 * which is used twice in a process. So a module that calls back once more, against its promise, finds nothing
 * instead of what was freed. All environments share the numbers: such a call does not say whose it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct live {
    uintptr_t number; /* 0: it has none, or none any more */
    void* owner;
};

/* Gives it a number. False: no memory. It must stay where it is until live_forget. */
bool live_add(struct live* live, void* owner);
void* live_user_data(const struct live* live);
/* Callbacks that come from now on find nothing, and none is under way. */
void live_forget(struct live* live);

/* [any] The owner, which stays until live_unlock; NULL: there is none, and nothing is locked. */
void* live_lock(void* user_data);
/* Of the locked one: no other callback finds it. */
void live_forget_locked(struct live* live);
void live_unlock(void);
