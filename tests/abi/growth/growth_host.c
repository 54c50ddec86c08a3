/*
 * A host whose structs end where a page ends: growth_host MODULE ACTION [INPUT CONNECTION]
 * With an input and a connection it only has them validated. Otherwise it runs the node twice, so that the
 * second run fails, and prints how many added members it read of the module's seven structs, and the first
 * run's output.
 */
#include "growth.h"

#include <dlfcn.h>
#include <stdio.h>

static const wfn_module* module;
static unsigned added; /* a bit for each struct */

static int fail(const char* what) {
    fprintf(stderr, "growth_host: %s\n", what);
    return 1;
}
static void see(unsigned bit, const char* text) {
    if (text != NULL && strcmp(text, "added") == 0)
        added |= 1u << bit;
}

static void on_progress(void* user_data, wfn_run* run, const wfn_progress* progress) {
    (void)user_data, (void)run;
    see(0, ADDED_OF(wfn_progress, progress));
}
static void on_checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) {
    (void)user_data;
    see(1, ADDED_OF(wfn_checkpoint, checkpoint));
    module->run_checkpoint_saved(run, 1);
}

static int run_once(const wfn_node* node, wfn_session* session, const wfn_request* given,
                    wfn_outcome expected) {
    const wfn_result* result;
    wfn_run* run;
    if (node->execute(node, session, at_end_of_page(given, sizeof *given), &run) != WFN_OK)
        return fail("the run cannot be started");
    module->run_wait(run, -1);
    result = module->run_result(run);
    if (result->outcome != expected)
        return fail(result->error != NULL ? result->error->message : "the run ended otherwise than expected");
    see(2, ADDED_OF(wfn_result, result));
    if (result->error != NULL)
        see(3, ADDED_OF(wfn_error, result->error));
    else if (result->output_json != NULL)
        printf("%s\n", result->output_json);
    module->run_release(run);
    return 0;
}

int main(int argc, char** argv) {
    wfn_host host = {.struct_size = sizeof host, .name = "growth_host"};
    wfn_request request = {
        .struct_size = sizeof request, .on_progress = on_progress, .on_checkpoint = on_checkpoint};
    void* library = argc >= 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    wfn_module_entry_function entry = NULL;
    const wfn_node* node = NULL;
    wfn_session* session;
    uint32_t i;
    int failed, count = 0;
    if (library != NULL)
        *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    module = entry != NULL ? entry() : NULL;
    if (wfn_fault_of_module(module) != NULL)
        return fail(wfn_fault_of_module(module));
    for (i = 0; i < module->node_count; ++i)
        if (strcmp(module->nodes[i]->action_id, argv[2]) == 0)
            node = module->nodes[i];
    SET_ADDED(&host, "seen");
    SET_ADDED(&request, "seen");
    if (node == NULL || module->open(at_end_of_page(&host, sizeof host), NULL, &session) != WFN_OK)
        return fail("there is no such node, or no session");
    see(4, ADDED_OF(wfn_module, module));
    see(5, ADDED_OF(wfn_node, node));
    if (node->connection != NULL)
        see(6, ADDED_OF(wfn_connection, node->connection));
    if (argc == 5) {
        request.flags = WFN_VALIDATE_ONLY;
        request.input_json = argv[3];
        request.connection_json = argv[4];
        failed = run_once(node, session, &request, WFN_SUCCEEDED);
    } else {
        request.input_json = "{}";
        failed = run_once(node, session, &request, WFN_SUCCEEDED);
        request.input_json = "{\"how\":\"fail\"}";
        failed = failed || run_once(node, session, &request, WFN_FAILED);
    }
    module->close(session);
    for (; added != 0; added &= added - 1)
        ++count;
    printf("added members: %d\n", count);
    return failed;
}
