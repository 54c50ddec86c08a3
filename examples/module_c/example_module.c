/*
 * A module in plain C99, written against node.h alone: an example to start from, and the module that
 * the tests of the boundary and of the hosts load. Its two nodes need no JSON library:
 *
 *   echo        answers {"echo": <the input>}, at once
 *   slow_echo   the same after the input's "milliseconds"; shows progress, checkpoints, cancel, suspend,
 *               the deadline, and a connection
 *
 * This file describes them. echo_work.c is what they do, echo_sessions.c what surrounds it.
 */
#include "echo_run.h"

static const char input_schema[] =
    "{\"type\":\"object\",\"required\":[\"text\"],\"properties\":{"
    "\"text\":{\"type\":\"string\",\"title\":\"Text\",\"description\":\"What to call\"},"
    "\"milliseconds\":{\"type\":\"integer\",\"title\":\"Milliseconds\",\"default\":1000,"
    "\"description\":\"How long the echo takes (slow_echo only)\"},"
    "\"voice\":{\"type\":\"string\",\"title\":\"Voice\",\"enum\":[\"soft\",\"loud\"],\"default\":\"soft\"},"
    "\"repeat\":{\"anyOf\":[{\"type\":\"boolean\"},{\"type\":\"null\"}],\"title\":\"Repeat\"}}}";
static const char output_schema[] =
    "{\"type\":\"object\",\"required\":[\"echo\"],\"properties\":{"
    "\"echo\":{\"type\":\"object\",\"title\":\"Echo\",\"description\":\"The input, unchanged\"}}}";
static const char icon[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\">"
                           "<circle cx=\"12\" cy=\"12\" r=\"9\"/></svg>";

static const wfn_connection connection = {
    .struct_size = sizeof(wfn_connection),
    .required = 1,
    .name = "Echo Service",
    .category = "echo-service",
    .description = "The valley that answers.",
    .schema_json =
        "{\"type\":\"object\",\"required\":[\"api_key\"],\"properties\":{"
        "\"api_key\":{\"type\":\"string\",\"writeOnly\":true,\"description\":\"Key of the account\"},"
        "\"base_url\":{\"type\":\"string\",\"default\":\"https://echo.example\","
        "\"description\":\"The service\"},"
        "\"allow_insecure_loopback\":{\"type\":\"boolean\",\"default\":false,"
        "\"description\":\"Allow http towards this machine\"}}}",
};

static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run);

static const wfn_node echo = {
    .struct_size = sizeof(wfn_node),
    .action_id = "echo",
    .version = "1.0.0",
    .title = "Echo",
    .description = "Answers with its own input, at once.",
    .icon_svg = icon,
    .categories_json = "[\"Examples\"]",
    .input_schema_json = input_schema,
    .output_schema_json = output_schema,
    .errors_json = echo_errors_json,
    .execute = execute,
};
static const wfn_node slow_echo = {
    .struct_size = sizeof(wfn_node),
    .flags = WFN_NODE_CAN_CANCEL | WFN_NODE_REPORTS_PROGRESS | WFN_NODE_CAN_RESUME,
    .action_id = "slow_echo",
    .version = "1.0.0",
    .title = "Slow echo",
    .description = "Answers with its own input, after a while.",
    .icon_svg = icon,
    .categories_json = "[\"Examples\"]",
    .connection = &connection,
    .input_schema_json = input_schema,
    .output_schema_json = output_schema,
    .errors_json = echo_errors_json,
    .execute = execute,
};
static wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run) {
    if (run != NULL)
        *run = NULL;
    if (node != &echo && node != &slow_echo)
        return WFN_INVALID_ARGUMENT;
    return echo_execute(session, request, run, node == &slow_echo);
}

static const wfn_node* const nodes[] = {&echo, &slow_echo};

static const wfn_module module = {
    .struct_size = sizeof(wfn_module),
    .abi_major = WFN_ABI_MAJOR,
    .abi_minor = WFN_ABI_MINOR,
    .node_count = 2,
    .name = "example",
    .version = "1.0.0",
    .nodes = nodes,
    .settings_schema_json = "{\"type\":\"object\"}",
    .open = echo_open,
    .close = echo_close,
    .run_cancel = echo_run_cancel,
    .run_suspend = echo_run_suspend,
    .run_checkpoint_saved = echo_run_checkpoint_saved,
    .run_wait = echo_run_wait,
    .run_result = echo_run_result,
    .run_release = echo_run_release,
};

/* The only symbol that is visible from outside. */
__attribute__((visibility("default"))) const wfn_module* wfn_module_entry(void) {
    return &module;
}
