/* The header on its own, as C and as C++; every name of it that is a macro is used. */
#include <workflow_node/node.h>

wfn_status call_everything(wfn_module_entry_function entry);

wfn_status call_everything(wfn_module_entry_function entry) {
    const wfn_module* module = entry != NULL ? entry() : wfn_module_entry();
    wfn_session* session = NULL;
    wfn_status status = module->abi_major == WFN_ABI_MAJOR ? WFN_OK : WFN_INTERNAL_ERROR;
    if (WFN_HAS(wfn_module, module, run_release) && status == WFN_OK)
        status = module->open(NULL, WFN_MODULE_ENTRY_NAME, &session);
    return module->abi_minor == WFN_ABI_MINOR ? status : module->close(session);
}

/*
 * The layout, as every module and host compiled with this version has it: a struct grows only at its end, so
 * no line here ever changes but a SIZE, and that one only upwards. 64-bit, where a pointer is as long as a
 * long.
 */
#if defined(__LP64__)
#define NAME_AT_LINE_(line) layout_is_kept_##line
#define NAME_AT_LINE(line) NAME_AT_LINE_(line)
#define HOLDS(condition) extern char NAME_AT_LINE(__LINE__)[(condition) ? 1 : -1]
#define SIZE(type, bytes) HOLDS(sizeof(type) == (bytes))
#define AT(type, member, place) HOLDS(offsetof(type, member) == (place))
#define VALUE(name, number) HOLDS((name) == (number))

SIZE(wfn_host, 40);
AT(wfn_host, log_level, 4);
AT(wfn_host, name, 8);
AT(wfn_host, version, 16);
AT(wfn_host, user_data, 24);
AT(wfn_host, log, 32);

SIZE(wfn_progress, 48);
AT(wfn_progress, phase, 4);
AT(wfn_progress, fraction, 8);
AT(wfn_progress, eta_ms, 16);
AT(wfn_progress, elapsed_ms, 24);
AT(wfn_progress, job_id, 32);
AT(wfn_progress, message, 40);

SIZE(wfn_error, 96);
AT(wfn_error, retryable, 4);
AT(wfn_error, code, 8);
AT(wfn_error, type, 16);
AT(wfn_error, message, 24);
AT(wfn_error, cause, 32);
AT(wfn_error, solution, 40);
AT(wfn_error, retry_after_ms, 48);
AT(wfn_error, charged, 56);
AT(wfn_error, http_status, 60);
AT(wfn_error, request_id, 64);
AT(wfn_error, job_id, 72);
AT(wfn_error, details_json, 80);
AT(wfn_error, json, 88);

SIZE(wfn_checkpoint, 24);
AT(wfn_checkpoint, submission, 4);
AT(wfn_checkpoint, json, 8);
AT(wfn_checkpoint, job_id, 16);

SIZE(wfn_result, 56);
AT(wfn_result, outcome, 4);
AT(wfn_result, output_json, 8);
AT(wfn_result, error, 16);
AT(wfn_result, checkpoint, 24);
AT(wfn_result, checkpoint_json, 32);
AT(wfn_result, resume_after_ms, 40);
AT(wfn_result, warnings_json, 48);

SIZE(wfn_attachment_request, 40);
AT(wfn_attachment_request, max_side, 4);
AT(wfn_attachment_request, max_bytes, 8);
AT(wfn_attachment_request, name, 16);
AT(wfn_attachment_request, path, 24);
AT(wfn_attachment_request, media_types, 32);

SIZE(wfn_attachment, 40);
AT(wfn_attachment, data, 8);
AT(wfn_attachment, size, 16);
AT(wfn_attachment, media_type, 24);
AT(wfn_attachment, failure, 32);

SIZE(wfn_request, 120);
AT(wfn_request, flags, 4);
AT(wfn_request, run_key, 8);
AT(wfn_request, input_json, 16);
AT(wfn_request, connection_json, 24);
AT(wfn_request, checkpoint_json, 32);
AT(wfn_request, traceparent, 40);
AT(wfn_request, timeout_ms, 48);
AT(wfn_request, checkpoint_timeout_ms, 56);
AT(wfn_request, suspend, 64);
AT(wfn_request, suspend_after_ms, 72);
AT(wfn_request, user_data, 80);
AT(wfn_request, on_progress, 88);
AT(wfn_request, on_checkpoint, 96);
AT(wfn_request, on_complete, 104);
AT(wfn_request, on_attachment, 112);

SIZE(wfn_connection, 40);
AT(wfn_connection, required, 4);
AT(wfn_connection, name, 8);
AT(wfn_connection, category, 16);
AT(wfn_connection, description, 24);
AT(wfn_connection, schema_json, 32);

SIZE(wfn_node, 128);
AT(wfn_node, flags, 4);
AT(wfn_node, action_id, 8);
AT(wfn_node, version, 16);
AT(wfn_node, title, 24);
AT(wfn_node, description, 32);
AT(wfn_node, icon_svg, 40);
AT(wfn_node, categories_json, 48);
AT(wfn_node, connection, 56);
AT(wfn_node, input_schema_json, 64);
AT(wfn_node, output_schema_json, 72);
AT(wfn_node, errors_json, 80);
AT(wfn_node, ui_json, 88);
AT(wfn_node, examples_json, 96);
AT(wfn_node, price_json, 104);
AT(wfn_node, execute, 112);
AT(wfn_node, translations_json, 120);

SIZE(wfn_module, 120);
AT(wfn_module, abi_major, 4);
AT(wfn_module, abi_minor, 8);
AT(wfn_module, node_count, 12);
AT(wfn_module, name, 16);
AT(wfn_module, version, 24);
AT(wfn_module, nodes, 32);
AT(wfn_module, settings_schema_json, 40);
AT(wfn_module, open, 48);
AT(wfn_module, close, 56);
AT(wfn_module, run_cancel, 64);
AT(wfn_module, run_suspend, 72);
AT(wfn_module, run_checkpoint_saved, 80);
AT(wfn_module, run_wait, 88);
AT(wfn_module, run_result, 96);
AT(wfn_module, run_release, 104);
AT(wfn_module, run_attach, 112);

/* The values, which never change. */
VALUE(WFN_OK, 0);
VALUE(WFN_INVALID_ARGUMENT, 1);
VALUE(WFN_INVALID_HANDLE, 2);
VALUE(WFN_INVALID_STATE, 3);
VALUE(WFN_WRONG_THREAD, 4);
VALUE(WFN_TIMED_OUT, 5);
VALUE(WFN_OUT_OF_MEMORY, 6);
VALUE(WFN_INTERNAL_ERROR, 7);
VALUE(WFN_SUCCEEDED, 0);
VALUE(WFN_FAILED, 1);
VALUE(WFN_CANCELLED, 2);
VALUE(WFN_SUSPENDED, 3);
VALUE(WFN_PREPARING, 0);
VALUE(WFN_SUBMITTING, 1);
VALUE(WFN_QUEUED, 2);
VALUE(WFN_RUNNING, 3);
VALUE(WFN_RETRYING, 4);
VALUE(WFN_CANCELLING, 5);
VALUE(WFN_MAYBE_SUBMITTED, 0);
VALUE(WFN_NOT_SUBMITTED, 1);
VALUE(WFN_SUBMITTED, 2);
VALUE(WFN_MAYBE_CHARGED, 0);
VALUE(WFN_NOT_CHARGED, 1);
VALUE(WFN_CHARGED, 2);
VALUE(WFN_LOG_DEBUG, 0);
VALUE(WFN_LOG_INFO, 1);
VALUE(WFN_LOG_WARNING, 2);
VALUE(WFN_LOG_ERROR, 3);
VALUE(WFN_NODE_CAN_CANCEL, 1u << 0);
VALUE(WFN_NODE_REPORTS_PROGRESS, 1u << 1);
VALUE(WFN_NODE_CAN_RESUME, 1u << 2);
VALUE(WFN_VALIDATE_ONLY, 1u << 0);
VALUE(WFN_CANCEL_JOB_AT_DEADLINE, 1u << 1);
VALUE(WFN_COLLECT_ONLY, 1u << 2);
VALUE(WFN_CHECK_CONNECTION, 1u << 3);
VALUE(WFN_DRY_RUN, 1u << 4);
VALUE(WFN_SUSPEND_NEVER, 0);
VALUE(WFN_SUSPEND_WHEN_SUBMITTED, 1);
VALUE(WFN_SUSPEND_AFTER, 2);
#endif
