/*
 * guest_cycles MODULE CYCLES GROWTH_KIB < CONNECTION
 *
 * Load, open, run, close, unload, over and over; then the process must be as it was after the first
 * tenth: no more threads or descriptors, at most GROWTH_KIB more memory (0: not looked at), the module
 * gone. Prints the figures; exit code 0 or 1.
 */
#include <workflow_node/node.h>

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char input[] = "{\"prompt\": \"Slow zoom\", \"image\": \"https://example.com/a.jpg\","
                            " \"negative_prompt\": null}";

static void fail(const char* what) {
    fprintf(stderr, "guest_cycles: %s\n", what);
    exit(1);
}

/* The threads or descriptors that the directory lists, its own descriptor included. */
static int entries_of(const char* path) {
    int count = 0;
    const struct dirent* entry;
    DIR* directory = opendir(path);
    if (directory == NULL)
        fail(path);
    while ((entry = readdir(directory)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static long resident_kib(void) {
    long pages = 0;
    FILE* file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        fail("statm");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

#ifdef __GLIBC__
static int is_mapped(const char* path) {
    char line[1024];
    int found = 0;
    FILE* file = fopen("/proc/self/maps", "r");
    if (file == NULL)
        fail("maps");
    while (fgets(line, sizeof line, file) != NULL)
        found = found || strstr(line, path) != NULL;
    fclose(file);
    return found;
}
#endif

static void one_cycle(const char* path, const char* connection) {
    wfn_session* session = NULL;
    wfn_run* run = NULL;
    wfn_request request;
    wfn_module_entry_function entry;
    const wfn_module* module;
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fail(dlerror());
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    if (entry == NULL)
        fail("no entry");
    module = entry();
    if (module->open(NULL, NULL, &session) != WFN_OK)
        fail("open");
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.input_json = input;
    request.connection_json = connection;
    if (module->nodes[0]->execute(module->nodes[0], session, &request, &run) != WFN_OK)
        fail("execute");
    if (module->run_wait(run, 60000) != WFN_OK)
        fail("run_wait");
    if (module->run_result(run)->outcome != WFN_SUCCEEDED)
        fail(module->run_result(run)->error->json);
    if (module->run_release(run) != WFN_OK || module->close(session) != WFN_OK)
        fail("run_release or close");
    if (dlclose(library) != 0)
        fail("dlclose");
#ifdef __GLIBC__ /* musl's dlclose unloads nothing */
    if (is_mapped(path))
        fail("the module is still mapped after dlclose");
#endif
}

int main(int argc, char** argv) {
    char connection[4096];
    long cycles;
    long growth;
    long i;
    int threads = 0;
    int descriptors = 0;
    long memory = 0;
    size_t length;
    if (argc != 4)
        fail("arguments");
    cycles = strtol(argv[2], NULL, 10);
    growth = strtol(argv[3], NULL, 10);
    length = fread(connection, 1, sizeof connection - 1, stdin);
    connection[length] = '\0';
    for (i = 0; i < cycles; ++i) {
        if (i == cycles / 10) {
            threads = entries_of("/proc/self/task");
            descriptors = entries_of("/proc/self/fd");
            memory = resident_kib();
        }
        one_cycle(argv[1], connection);
    }
    printf("%ld cycles: threads %d to %d, descriptors %d to %d, resident %ld KiB to %ld KiB\n", cycles,
           threads, entries_of("/proc/self/task"), descriptors, entries_of("/proc/self/fd"), memory,
           resident_kib());
    if (entries_of("/proc/self/task") > threads || entries_of("/proc/self/fd") != descriptors)
        fail("threads or descriptors were left behind");
    if (growth > 0 && resident_kib() - memory > growth)
        fail("memory grows");
    return 0;
}
