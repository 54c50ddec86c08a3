/* node.h of version 1.1 as a compiler sees it: see ../../CMakeLists.txt. */
#ifndef WORKFLOW_NODE_NODE_H
#define WORKFLOW_NODE_NODE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#define WFN_ABI_MAJOR 1u
#define WFN_ABI_MINOR 1u
#define WFN_MODULE_ENTRY_NAME "wfn_module_entry"
#define WFN_PATH_VARIABLE "WORKFLOW_NODE_PATH"
#define WFN_DEFAULT_PATH "~/.local/lib/workflow_node:/usr/local/lib/workflow_node:/usr/lib/workflow_node"
#if defined(_WIN32)
#define WFN_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define WFN_EXPORT __attribute__((visibility("default")))
#else
#define WFN_EXPORT
#endif
#ifdef __cplusplus
#define WFN_INLINE inline
#else
#define WFN_INLINE static inline
#endif
#define WFN_MAX_RUN_KEY_BYTES 512u
#define WFN_MAX_INPUT_BYTES 1048576u
#define WFN_MAX_CHECKPOINT_BYTES 16384u
#define WFN_MAX_ATTACHMENT_NAME_BYTES 1024u
#define WFN_HAS(type, pointer, member)                                                                       \
    ((pointer)->struct_size >= offsetof(type, member) + sizeof((pointer)->member))
typedef struct wfn_session wfn_session;
typedef struct wfn_run wfn_run;
typedef int32_t wfn_status;
enum {
    WFN_OK = 0,
    WFN_INVALID_ARGUMENT = 1,
    WFN_INVALID_HANDLE = 2,
    WFN_INVALID_STATE = 3,
    WFN_WRONG_THREAD = 4,
    WFN_TIMED_OUT = 5,
    WFN_OUT_OF_MEMORY = 6,
    WFN_INTERNAL_ERROR = 7
};
typedef int32_t wfn_outcome;
enum { WFN_SUCCEEDED = 0, WFN_FAILED = 1, WFN_CANCELLED = 2, WFN_SUSPENDED = 3 };
typedef int32_t wfn_phase;
enum {
    WFN_PREPARING = 0,
    WFN_SUBMITTING = 1,
    WFN_QUEUED = 2,
    WFN_RUNNING = 3,
    WFN_RETRYING = 4,
    WFN_CANCELLING = 5
};
typedef int32_t wfn_submission;
enum { WFN_MAYBE_SUBMITTED = 0, WFN_NOT_SUBMITTED = 1, WFN_SUBMITTED = 2 };
typedef int32_t wfn_charge;
enum { WFN_MAYBE_CHARGED = 0, WFN_NOT_CHARGED = 1, WFN_CHARGED = 2 };
typedef int32_t wfn_log_level;
enum { WFN_LOG_TRACE = -1, WFN_LOG_DEBUG = 0, WFN_LOG_INFO = 1, WFN_LOG_WARNING = 2, WFN_LOG_ERROR = 3 };
enum { WFN_NODE_CAN_CANCEL = 1u << 0, WFN_NODE_REPORTS_PROGRESS = 1u << 1, WFN_NODE_CAN_RESUME = 1u << 2 };
enum {
    WFN_VALIDATE_ONLY = 1u << 0,
    WFN_CANCEL_JOB_AT_DEADLINE = 1u << 1,
    WFN_COLLECT_ONLY = 1u << 2,
    WFN_CHECK_CONNECTION = 1u << 3,
    WFN_DRY_RUN = 1u << 4
};
enum { WFN_SUSPEND_NEVER = 0, WFN_SUSPEND_WHEN_SUBMITTED = 1, WFN_SUSPEND_AFTER = 2 };
typedef struct wfn_host {
    uint32_t struct_size;
    wfn_log_level log_level;
    const char* name;
    const char* version;
    void* user_data;
    void (*log)(void* user_data, wfn_log_level level, const char* message);
} wfn_host;
typedef struct wfn_progress {
    uint32_t struct_size;
    wfn_phase phase;
    double fraction;
    int64_t eta_ms;
    int64_t elapsed_ms;
    const char* job_id;
    const char* message;
} wfn_progress;
typedef struct wfn_error {
    uint32_t struct_size;
    int32_t retryable;
    const char* code;
    const char* type;
    const char* message;
    const char* cause;
    const char* solution;
    int64_t retry_after_ms;
    wfn_charge charged;
    int32_t http_status;
    const char* request_id;
    const char* job_id;
    const char* details_json;
    const char* json;
} wfn_error;
typedef struct wfn_checkpoint {
    uint32_t struct_size;
    wfn_submission submission;
    const char* json;
    const char* job_id;
} wfn_checkpoint;
typedef struct wfn_result {
    uint32_t struct_size;
    wfn_outcome outcome;
    const char* output_json;
    const wfn_error* error;
    const wfn_checkpoint* checkpoint;
    const char* checkpoint_json;
    int64_t resume_after_ms;
    const char* warnings_json;
} wfn_result;
typedef struct wfn_attachment_request {
    uint32_t struct_size;
    uint32_t max_side;
    uint64_t max_bytes;
    const char* name;
    const char* path;
    const char* media_types;
} wfn_attachment_request;
typedef struct wfn_attachment {
    uint32_t struct_size;
    int32_t reserved;
    const void* data;
    uint64_t size;
    const char* media_type;
    const char* failure;
} wfn_attachment;
typedef struct wfn_request {
    uint32_t struct_size;
    uint32_t flags;
    const char* run_key;
    const char* input_json;
    const char* connection_json;
    const char* checkpoint_json;
    const char* traceparent;
    int64_t timeout_ms;
    int64_t checkpoint_timeout_ms;
    int32_t suspend;
    int32_t reserved;
    int64_t suspend_after_ms;
    void* user_data;
    void (*on_progress)(void* user_data, wfn_run* run, const wfn_progress* progress);
    void (*on_checkpoint)(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint);
    void (*on_complete)(void* user_data, wfn_run* run, const wfn_result* result);
    void (*on_attachment)(void* user_data, wfn_run* run, const wfn_attachment_request* attachment);
} wfn_request;
typedef struct wfn_connection {
    uint32_t struct_size;
    int32_t required;
    const char* name;
    const char* category;
    const char* description;
    const char* schema_json;
} wfn_connection;
typedef struct wfn_node {
    uint32_t struct_size;
    uint32_t flags;
    const char* action_id;
    const char* version;
    const char* title;
    const char* description;
    const char* icon_svg;
    const char* categories_json;
    const wfn_connection* connection;
    const char* input_schema_json;
    const char* output_schema_json;
    const char* errors_json;
    const char* ui_json;
    const char* examples_json;
    const char* price_json;
    wfn_status (*execute)(const struct wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run);
    const char* translations_json;
} wfn_node;
typedef struct wfn_module {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t node_count;
    const char* name;
    const char* version;
    const wfn_node* const* nodes;
    const char* settings_schema_json;
    wfn_status (*open)(const wfn_host* host, const char* settings_json, wfn_session** session);
    wfn_status (*close)(wfn_session* session);
    wfn_status (*run_cancel)(wfn_run* run);
    wfn_status (*run_suspend)(wfn_run* run);
    wfn_status (*run_checkpoint_saved)(wfn_run* run, int32_t kept);
    wfn_status (*run_wait)(wfn_run* run, int64_t timeout_ms);
    const wfn_result* (*run_result)(wfn_run* run);
    wfn_status (*run_release)(wfn_run* run);
    wfn_status (*run_attach)(wfn_run* run, const wfn_attachment* attachment);
} wfn_module;
WFN_EXPORT const wfn_module* wfn_module_entry(void);
typedef const wfn_module* (*wfn_module_entry_function)(void);
WFN_INLINE const char* wfn_fault_of_module(const wfn_module* module) {
    uint32_t i;
    if (module == NULL)
        return "its entry returned NULL";
    if (!WFN_HAS(wfn_module, module, abi_major))
        return "its table is too small to name its version";
    if (module->abi_major != WFN_ABI_MAJOR)
        return "it speaks another major version of the node boundary";
    if (!WFN_HAS(wfn_module, module, run_release))
        return "its table has fewer bytes than version 1.0 has";
    if (module->open == NULL || module->close == NULL || module->run_cancel == NULL
        || module->run_suspend == NULL || module->run_checkpoint_saved == NULL || module->run_wait == NULL
        || module->run_result == NULL || module->run_release == NULL)
        return "its table lacks a function";
    if (module->name == NULL || module->version == NULL)
        return "it has no name or no version";
    if (module->node_count > 0 && module->nodes == NULL)
        return "its list of nodes is missing";
    for (i = 0; i < module->node_count; ++i) {
        const wfn_node* node = module->nodes[i];
        if (node == NULL || !WFN_HAS(wfn_node, node, execute) || node->execute == NULL
            || node->action_id == NULL || node->version == NULL || node->title == NULL
            || node->description == NULL || node->input_schema_json == NULL
            || node->output_schema_json == NULL)
            return "one of its nodes is incomplete";
        if (node->connection != NULL
            && (!WFN_HAS(wfn_connection, node->connection, schema_json) || node->connection->name == NULL
                || node->connection->category == NULL || node->connection->schema_json == NULL))
            return "the connection of one of its nodes is incomplete";
    }
    return NULL;
}
#ifdef __cplusplus
}
#endif
#endif
