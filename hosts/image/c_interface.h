/* hosts/image for a host in C: nothing throws through it, and what it gives is the caller's to free. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ends preparations early: all that were given it, also those to come. */
struct image_stop;
struct image_stop* image_stop_new(void); /* NULL: no memory */
void image_stop_now(struct image_stop* stop);
void image_stop_free(struct image_stop* stop); /* none is under way */

struct image_order {
    const char* name;        /* for messages; NULL or empty: the path's last part, or "The image" */
    const char* path;        /* NULL: it is the bytes */
    const void* bytes;       /* copied */
    size_t size;             /* of the bytes */
    const char* media_types; /* "image/jpeg, image/png" */
    uint64_t max_bytes;      /* 0: no limit is known */
    uint32_t max_side;       /* 0: no limit is known */
};

struct image_result {
    char* bytes; /* NULL: there is a problem */
    size_t size;
    const char* code; /* of the problem, "damaged"; static */
    char* problem;    /* a sentence; NULL, where there are no bytes either: no memory */
};

/* Blocks while the tools run, 30 s at most. From any thread. */
void image_prepare(const struct image_order* order, struct image_stop* stop, struct image_result* result);
void image_result_free(struct image_result* result);

#ifdef __cplusplus
}
#endif
