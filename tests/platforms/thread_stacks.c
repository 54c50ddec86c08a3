/*
 * thread_stacks MODULE < CONNECTION
 *
 * Opens a session of three threads; exit code 0 when there are three more pieces of memory as large as a
 * stack of 512 KiB.
 */
#include <workflow_node/node.h>

#include <dlfcn.h>
#include <stdio.h>

enum { stack = 512 * 1024, threads = 3 };

static int stacks(void) {
    char line[1024];
    int count = 0;
    FILE* file = fopen("/proc/self/maps", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        unsigned long from = 0, to = 0, inode = 1;
        if (sscanf(line, "%lx-%lx rw-p %*s %*s %lu", &from, &to, &inode) == 3 && inode == 0)
            count += to - from >= stack && to - from < 2 * stack;
    }
    if (file != NULL)
        fclose(file);
    return count;
}

int main(int argc, char** argv) {
    wfn_session* session = NULL;
    wfn_module_entry_function entry;
    void* library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    int before, after;
    if (library == NULL)
        return 2;
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    before = stacks();
    if (entry()->open(NULL, "{\"threads\": 3}", &session) != WFN_OK)
        return 2;
    after = stacks();
    printf("%d before, %d after\n", before, after);
    return after - before == threads ? 0 : 1;
}
