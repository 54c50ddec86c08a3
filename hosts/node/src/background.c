/*
 * Closing a session, unloading a library and preparing an image may block for seconds. That happens on
 * threads of the addon's own rather than on libuv's few, which an application needs for its files. Each is
 * joined before the environment ends, because Node.js unloads the addon's code after that.
 */
#include "addon.h"

static void* run_job(void* argument) {
    struct job* job = argument;
    job->work(job);
    /* The last thing the thread does. When the mailbox is closed, addon_shut_down finds the job by itself. */
    mailbox_post(&job->addon->mailbox, &job->event);
    return NULL;
}

void background_start(struct addon* addon, struct job* job) {
    job->addon = addon;
    job->event.kind = EVENT_JOB;
    job->event.embedded = true;
    job->event.job = job;
    job->next = addon->jobs;
    addon->jobs = job;
    job->joinable = pthread_create(&job->thread, NULL, run_job, job) == 0;
    if (!job->joinable)
        run_job(job);
}

void background_finish(struct job* job) {
    struct job** link = &job->addon->jobs;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    if (job->joinable)
        pthread_join(job->thread, NULL);
    job->done(job);
}
