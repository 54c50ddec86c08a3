/*
 * musl gives a thread 128 KiB of stack where nobody asks for more, which deep schemas and chains of
 * certificates might use up. The linker's --wrap=pthread_create leads every thread of a module through here;
 * nobody else sees it.
 */
#include <pthread.h>
#include <stddef.h>

enum { stack_bytes = 512 * 1024 };

int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                          void* data);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                          void* data);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                          void* data) {
    pthread_attr_t larger;
    if (attributes != NULL)
        return __real_pthread_create(thread, attributes, function, data);
    pthread_attr_init(&larger);
    pthread_attr_setstacksize(&larger, stack_bytes);
    return __real_pthread_create(thread, &larger, function, data);
}
