/*
 * What the objects and libstdc++ take of a newer glibc than the module is to need, made of what an older one
 * has. It is linked into modules, and nobody else sees it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

/* glibc 2.32. False costs a few atomic operations in a process with one thread, and is right for any number.
 */
char __libc_single_threaded = 0;

/* glibc 2.36. */
uint32_t arc4random(void) {
    uint32_t value = 0;
    while (getrandom(&value, sizeof value, 0) != sizeof value && errno == EINTR) {
    }
    return value;
}

/* By the clock of dates: a change of the date lengthens or shortens the wait, as every wait of C++ before
 * glibc 2.30. */
static int wait_by_date(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                        const struct timespec* until) {
    const long second = 1000000000;
    struct timespec now, date;
    if (clock_gettime(clock, &now) != 0 || clock_gettime(CLOCK_REALTIME, &date) != 0)
        return EINVAL;
    date.tv_sec += until->tv_sec - now.tv_sec;
    date.tv_nsec += until->tv_nsec - now.tv_nsec;
    if (date.tv_nsec < 0) {
        date.tv_nsec += second;
        --date.tv_sec;
    } else if (date.tv_nsec >= second) {
        date.tv_nsec -= second;
        ++date.tv_sec;
    }
    return pthread_cond_timedwait(condition, mutex, &date);
}

/* glibc 2.30, whose own is taken where it is. */
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* until) {
    typedef int (*wait_function)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
    static wait_function found;
    wait_function wait = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (wait == NULL) {
        void* symbol = dlsym(RTLD_DEFAULT, "pthread_cond_clockwait");
        wait = symbol != NULL ? __extension__(wait_function) symbol : wait_by_date;
        __atomic_store_n(&found, wait, __ATOMIC_RELAXED);
    }
    return wait(condition, mutex, clock, until);
}

/* glibc 2.29 has a log that does not set errno, and no other result. The linker's --wrap=log leads here. */
#if defined(__x86_64__)
__asm__(".symver older_log, log@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver older_log, log@GLIBC_2.17");
#endif
double older_log(double x);
double __wrap_log(double x);
double __wrap_log(double x) {
    return older_log(x);
}

/*
 * libstdc++ keeps memory for exceptions that are thrown when there is none, and leaves it to the end of the
 * process. This one goes with the module: a host may load and unload it many times. The function is
 * __gnu_cxx::__freeres().
 */
void _ZN9__gnu_cxx9__freeresEv(void);
__attribute__((destructor)) static void free_memory_for_exceptions(void) {
    _ZN9__gnu_cxx9__freeresEv();
}
