/* What both sides of the tests of growth share. */
#pragma once

#include <workflow_node/node.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A copy that ends where a page ends, and behind it a page that nobody may read: who reads more of a struct
 * than its struct_size covers is stopped by the processor.
 */
static inline void* at_end_of_page(const void* from, size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
        _exit(9);
    return memcpy(pages + page - size, from, size);
}

/* The member that the next minor version appends to every struct; NULL where it is missing. */
#ifdef GROWTH_ADDED
#define SET_ADDED(structure, text) ((structure)->added = (text))
#define ADDED_OF(type, pointer) (WFN_HAS(type, pointer, added) ? (pointer)->added : NULL)
#else
#define SET_ADDED(structure, text) ((void)(structure), (void)(text))
#define ADDED_OF(type, pointer) ((void)(pointer), (const char*)NULL)
#endif
