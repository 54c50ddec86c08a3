/*
 * A workflow host in C99.
 *
 * host_c list MODULE
 *     the nodes
 *
 * host_c run MODULE NODE CONNECTION_FILE INPUT CHECKPOINT_FILE
 *     one run, which goes on from the checkpoint file
 *
 * host_c many MODULE NODE CONNECTION_FILE INPUT COUNT
 *     COUNT runs at once, every second one cancelled
 *
 * The connection comes from a file because it holds the API key. Exit code 1: the run or the call failed.
 */
#define _POSIX_C_SOURCE 200809L
#include <workflow_node/node.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const wfn_module* module;

static int fail(const char* what, const char* why) {
    fprintf(stderr, "host_c: %s: %s\n", what, why);
    return 1;
}

/* NULL: errno says why. */
static const char* read_file(const char* path, char* text, size_t size) {
    FILE* file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Durably, and never half: a host that dies here leaves the earlier checkpoint or this one. */
static int keep(const char* path, const char* text) {
    char beside[4096];
    int file, kept;
    snprintf(beside, sizeof beside, "%s.new", path);
    file = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    kept = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && fsync(file) == 0;
    if (file >= 0)
        close(file);
    return kept && rename(beside, path) == 0;
}

/* Both come on the module's threads: be quick, and call nothing that node.h marks [host]. */
static void on_progress(void* path, wfn_run* run, const wfn_progress* progress) {
    (void)path, (void)run;
    fprintf(stderr, "progress: %3.0f %% %s\n", progress->fraction < 0 ? 0 : progress->fraction * 100,
            progress->message);
}
static void on_checkpoint(void* path, wfn_run* run, const wfn_checkpoint* checkpoint) {
    const int kept = keep(path, checkpoint->json);
    fprintf(stderr, "checkpoint: %s\n", checkpoint->json);
    module->run_checkpoint_saved(run, kept); /* before this the job is not submitted */
}

static int run_one(const wfn_node* node, wfn_session* session, wfn_request request, const char* path) {
    static char kept[WFN_MAX_CHECKPOINT_BYTES + 1];
    const wfn_result* result;
    wfn_run* run;
    int succeeded;
    request.run_key = path; /* the same when this run is repeated, another for every other one */
    request.checkpoint_json = read_file(path, kept, sizeof kept);
    if (request.checkpoint_json == NULL && errno != ENOENT)
        return fail("nothing is run, because the checkpoint cannot be read", strerror(errno));
    request.user_data = (void*)path;
    request.on_progress = on_progress;
    request.on_checkpoint = on_checkpoint;
    if (node->execute(node, session, &request, &run) != WFN_OK)
        return fail("the run cannot be started", "the module refused the request");
    module->run_wait(run, -1); /* bounded by the run's deadline */
    result = module->run_result(run);
    succeeded = result->outcome == WFN_SUCCEEDED;
    if (succeeded)
        printf("%s\n", result->output_json);
    else if (result->error != NULL)
        fprintf(stderr, "%s: %s\n%s\n%s\n", result->error->type, result->error->message,
                result->error->solution, result->error->json);
    if (result->checkpoint_json == NULL)
        remove(path); /* there is nothing to go on from */
    else if (!keep(path, result->checkpoint_json))
        fail("the checkpoint cannot be kept", strerror(errno));
    module->run_release(run); /* result is gone from here on */
    return succeeded ? 0 : 1;
}

static int run_many(const wfn_node* node, wfn_session* session, wfn_request request, int count) {
    wfn_run** runs = calloc((size_t)count, sizeof *runs);
    int ended[4] = {0}, i, outcome;
    for (i = 0; runs != NULL && i < count; ++i) {
        if (node->execute(node, session, &request, &runs[i]) == WFN_OK && i % 2 == 1)
            module->run_cancel(runs[i]);
    }
    fprintf(stderr, "%d runs were started, and every second one was cancelled\n", count);
    for (i = 0; runs != NULL && i < count; ++i) {
        outcome = module->run_wait(runs[i], -1) == WFN_OK ? module->run_result(runs[i])->outcome : WFN_FAILED;
        ++ended[outcome >= 0 && outcome < 4 ? outcome : WFN_FAILED];
        module->run_release(runs[i]);
    }
    free(runs);
    printf("succeeded %d, failed %d, cancelled %d, suspended %d\n", ended[WFN_SUCCEEDED], ended[WFN_FAILED],
           ended[WFN_CANCELLED], ended[WFN_SUSPENDED]);
    return ended[WFN_SUCCEEDED] + ended[WFN_CANCELLED] == count ? 0 : 1;
}

int main(int argc, char** argv) {
    static char connection[65536];
    void* library = argc >= 3 ? dlopen(argv[2], RTLD_NOW | RTLD_LOCAL) : NULL;
    wfn_module_entry_function entry;
    const wfn_node* node = NULL;
    wfn_request request = {0}; /* every member's zero is a sensible default */
    wfn_host host = {0};
    wfn_session* session;
    uint32_t i;
    int status;
    if (!(argc == 3 && strcmp(argv[1], "list") == 0)
        && !(argc == 7 && (strcmp(argv[1], "run") == 0 || strcmp(argv[1], "many") == 0)))
        return fail("usage", "list MODULE | run|many MODULE NODE CONNECTION_FILE INPUT CHECKPOINT|COUNT");
    if (library == NULL)
        return fail("the module cannot be loaded", dlerror());
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    if (entry == NULL)
        return fail(argv[2], "this library is no module of nodes");
    module = entry();
    if (wfn_fault_of_module(module) != NULL)
        return fail(argv[2], wfn_fault_of_module(module));
    for (i = 0; i < module->node_count; ++i) {
        if (argc == 3)
            printf("%s: %s\n", module->nodes[i]->action_id, module->nodes[i]->description);
        else if (strcmp(module->nodes[i]->action_id, argv[3]) == 0)
            node = module->nodes[i];
    }
    if (argc == 3)
        return 0;
    host.struct_size = sizeof host;
    host.name = "host_c";
    request.struct_size = sizeof request;
    request.connection_json = read_file(argv[4], connection, sizeof connection);
    request.input_json = argv[5];
    if (request.connection_json == NULL)
        return fail(argv[4], strerror(errno));
    if (node == NULL)
        return fail(argv[3], "the module has no such node");
    if (module->open(&host, NULL, &session) != WFN_OK)
        return fail(argv[2], "no session can be opened");
    if (strcmp(argv[1], "many") == 0)
        status = run_many(node, session, request, atoi(argv[6]));
    else
        status = run_one(node, session, request, argv[6]);
    module->close(session);
    dlclose(library);
    return status;
}
