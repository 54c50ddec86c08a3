/*
 * A workflow host in one page of C99: host MODULE CONNECTION_FILE INPUT_JSON
 *
 * Runs the node image_to_video once and prints its output JSON. The connection comes from a file because
 * it holds the API key. Progress, checkpoints and errors go to the standard error. Exit code 0: there is
 * a video; 1: the run failed, or could not be started.
 *
 * It waits with run_wait. A host with an event loop sets request.on_complete instead, and goes on from
 * there; it comes on one of the module's threads.
 */
#include <workflow_node/node.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const wfn_module* module;

/* Called on the module's threads: be quick, and do not call what node.h marks [host]. */
static void on_progress(void* user_data, wfn_run* run, const wfn_progress* progress) {
    (void)user_data, (void)run;
    if (progress->fraction >= 0)
        fprintf(stderr, "progress: %3.0f %% %s\n", progress->fraction * 100, progress->message);
    else
        fprintf(stderr, "progress: %s\n", progress->message);
}

/*
 * A real host writes the checkpoint to durable storage under the run's key, then says so, here or later
 * from any thread; the job is not submitted before. After a crash it hands the last one to a new run as
 * checkpoint_json, and nothing is paid twice.
 */
static void on_checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) {
    (void)user_data;
    fprintf(stderr, "checkpoint: %s\n", checkpoint->json);
    module->run_checkpoint_saved(run, 1);
}

static const wfn_node* find_node(const char* action_id) {
    uint32_t i;
    for (i = 0; i < module->node_count; ++i)
        if (strcmp(module->nodes[i]->action_id, action_id) == 0)
            return module->nodes[i];
    return NULL;
}

static int read_file(const char* path, char* text, size_t size) {
    FILE* file = fopen(path, "r");
    size_t length;
    if (file == NULL)
        return 0;
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return length > 0;
}

static int fail(const char* what) {
    fprintf(stderr, "host: %s\n", what);
    return 1;
}

static int run_once(const wfn_node* node, wfn_session* session, const char* connection, const char* input) {
    const wfn_result* result;
    wfn_run* run;
    wfn_request request;
    int succeeded;
    memset(&request, 0, sizeof request); /* every member's zero is a sensible default */
    request.struct_size = sizeof request;
    request.input_json = input;
    request.connection_json = connection;
    request.on_progress = on_progress;
    request.on_checkpoint = on_checkpoint;
    if (node->execute(node, session, &request, &run) != WFN_OK)
        return fail("the run cannot be started");
    module->run_wait(run, -1); /* bounded by the run's deadline */
    result = module->run_result(run);
    succeeded = result->outcome == WFN_SUCCEEDED;
    if (succeeded)
        printf("%s\n", result->output_json);
    else if (result->error != NULL)
        fprintf(stderr, "%s: %s\n%s\n%s\n", result->error->type, result->error->message,
                result->error->solution, result->error->json);
    module->run_release(run); /* result is gone from here on */
    return succeeded ? 0 : 1;
}

int main(int argc, char** argv) {
    char connection[65536];
    const wfn_node* node;
    wfn_session* session;
    wfn_module_entry_function entry;
    wfn_host host;
    void* library;
    int exit_code;
    if (argc != 4)
        return fail("usage: host MODULE CONNECTION_FILE INPUT_JSON");
    if (!read_file(argv[2], connection, sizeof connection))
        return fail("the connection file cannot be read");
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return fail(dlerror());
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    if (entry == NULL)
        return fail("this library is no module of nodes");
    module = entry();
    if (module->abi_major != WFN_ABI_MAJOR)
        return fail("the module speaks another version of the boundary");
    node = find_node("image_to_video");
    if (node == NULL)
        return fail("the module has no node image_to_video");

    memset(&host, 0, sizeof host);
    host.struct_size = sizeof host;
    host.name = "c-host";
    host.version = "1.0";
    if (module->open(&host, NULL, &session) != WFN_OK)
        return fail("no session can be opened");
    exit_code = run_once(node, session, connection, argv[3]);
    module->close(session);
    dlclose(library);
    return exit_code;
}
