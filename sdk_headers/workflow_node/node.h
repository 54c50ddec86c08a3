/*
 * workflow_node/node.h: the C boundary between a workflow host and a module of nodes.
 *
 * A module is a shared library that exports one function, wfn_module_entry(). The table it returns
 * describes the module's nodes and holds every function a host may call. This header is the whole
 * contract: a host needs nothing else of the module, and a module nothing else of the host.
 *
 * A host, in order:
 *
 *     dlopen the module, dlsym "wfn_module_entry", call it          -> wfn_module
 *     read wfn_module.nodes, find one by action_id                  -> wfn_node
 *     wfn_module.open                                               -> wfn_session
 *     wfn_node.execute, once per run                                -> wfn_run
 *         on_progress*  on_attachment*  on_checkpoint*  on_complete
 *     wfn_module.run_release, once per run
 *     wfn_module.close, then dlclose
 *
 * Conventions
 *
 * Strings     NUL-terminated UTF-8. "JSON" means one JSON text in such a string. "" is a text, and not the
 *             same as NULL, which means that there is none.
 * Ownership   Arguments belong to the caller and are needed only during the call. What a callback is
 *             given belongs to the module and is valid only during the callback, unless it says
 *             otherwise. No memory changes its owner, so no allocator is ever shared.
 * Threads     Each function carries a tag for the threads that may call it:
 *               [any]     any thread, at any time, also inside a callback
 *               [host]    any thread but the module's own: not inside a callback, of whatever session
 *               [module]  called by the module, on one of the module's own threads
 *             A callback must not block for long: other runs of the session wait behind it.
 *             The callbacks of one run never overlap; those of different runs may. They may come on
 *             another thread before execute has returned, on_complete included. They must not throw or
 *             unwind; one that throws counts as returned, and the log says so; one that ends its thread
 *             ends the process. log may be called on several threads at once. The module's threads take
 *             no signals, and a signal's handler must not call the module: let a thread do it.
 *             After fork() the child must not use its parent's sessions and runs: there their handles
 *             are answered with WFN_INVALID_HANDLE. It may open sessions of its own.
 * Errors      A status other than WFN_OK means that the function was called wrongly; nothing happened
 *             and no callback follows. Everything that can go wrong with a run, a bad input included,
 *             arrives through on_complete. No function throws, aborts or prints. A NULL handle is an
 *             invalid handle; a call that is wrong in several ways is answered with the first that applies
 *             of WFN_WRONG_THREAD, WFN_INVALID_ARGUMENT, WFN_INVALID_HANDLE and WFN_INVALID_STATE.
 * Time        Milliseconds. Durations, not dates, unless it says otherwise.
 * Growth      Structs grow only at their end. Every struct begins with struct_size, set by the side
 *             that fills it to its own sizeof. The other side reads a member only if struct_size covers
 *             it, see WFN_HAS, and treats a missing one as zero. A reserved member is zero.
 *             wfn_module.abi_major must equal WFN_ABI_MAJOR; a differing abi_minor is no obstacle.
 * Places      A host that is given a name without a slash, or none, looks for modules, files named *.so,
 *             in the folders that the environment variable WORKFLOW_NODE_PATH names, separated by colons,
 *             and then in those of WFN_DEFAULT_PATH; of two files of one name the first counts. A folder in
 *             which others than the user and root may write is nobody's to load code from.
 *
 * A module also keeps to this, on which hosts rely:
 *
 *     errors_json lists every code that a run can end with. These mean the same in every node:
 *         invalid_input, invalid_connection, cancelled (always of a WFN_CANCELLED run), processing_timeout
 *         (the deadline), checkpoint_not_kept, nothing_to_collect, internal_error (a defect of the module).
 *     A node's icon_svg, categories_json, errors_json, connection, ui_json, examples_json and price_json may
 *         be NULL, and a module's settings_schema_json and a connection's description; no other text that
 *         describes them is.
 *     run_cancel and run_suspend work on every run, whatever the node's flags say: without
 *         WFN_NODE_CAN_CANCEL the run ends here while its work goes on, and without WFN_NODE_CAN_RESUME
 *         a suspended run has no checkpoint, so that it starts anew.
 *     No lock is held during a callback, in which every [any] function may be called.
 *     The value of a handle is not used again soon, so that a stale one is recognised.
 *     Memory that does not suffice is WFN_OUT_OF_MEMORY, or the run's end with an error: never abort.
 *
 * Plain C99; also C11, C++11 and later.
 */
#ifndef WORKFLOW_NODE_NODE_H
#define WORKFLOW_NODE_NODE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WFN_ABI_MAJOR 1u
#define WFN_ABI_MINOR 1u

/* The name to look up with dlsym. */
#define WFN_MODULE_ENTRY_NAME "wfn_module_entry"

/* Where modules are: see "Places" above. "~" at the start of a folder is the user's home. */
#define WFN_PATH_VARIABLE "WORKFLOW_NODE_PATH"
#define WFN_DEFAULT_PATH "~/.local/lib/workflow_node:/usr/local/lib/workflow_node:/usr/lib/workflow_node"

/* On the declaration of wfn_module_entry: exported also where everything else is hidden. */
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

/* Without the terminating NUL. */
#define WFN_MAX_RUN_KEY_BYTES 512u
#define WFN_MAX_INPUT_BYTES 1048576u
#define WFN_MAX_CHECKPOINT_BYTES 16384u
#define WFN_MAX_ATTACHMENT_NAME_BYTES 1024u /* as it is in the input, percent-encoded */

/*
 * Whether the struct at `pointer`, filled by the other side, has the member: true when its
 * struct_size covers the whole member. `type` is the struct's type in this header.
 */
#define WFN_HAS(type, pointer, member)                                                                       \
    ((pointer)->struct_size >= offsetof(type, member) + sizeof((pointer)->member))

/* ------------------------------------------------------------------------------------- handles */

/*
 * A session: the threads, connections and shared state that runs use. Made by open, ended by close.
 * A run: one execution of a node. Made by execute, given up by run_release.
 * Both are opaque and must not be dereferenced. A handle that is no longer valid is recognised and
 * answered with WFN_INVALID_HANDLE.
 */
typedef struct wfn_session wfn_session;
typedef struct wfn_run wfn_run;

/* ---------------------------------------------------------------------------------- enumerations */

/* What a function answers. */
typedef int32_t wfn_status;
enum {
    WFN_OK = 0,
    WFN_INVALID_ARGUMENT = 1, /* a NULL, a value out of range, a struct_size below version 1.0's */
    WFN_INVALID_HANDLE = 2,   /* a session or run that is not, or no longer, valid */
    WFN_INVALID_STATE = 3,    /* right arguments at the wrong time, e.g. execute or close during close */
    WFN_WRONG_THREAD = 4,     /* a [host] function was called inside a callback */
    WFN_TIMED_OUT = 5,        /* run_wait: the run is not over yet */
    WFN_OUT_OF_MEMORY = 6,
    WFN_INTERNAL_ERROR = 7 /* a defect of the module */
};

/* How a run ended. */
typedef int32_t wfn_outcome;
enum {
    WFN_SUCCEEDED = 0,
    WFN_FAILED = 1,
    WFN_CANCELLED = 2,
    WFN_SUSPENDED = 3 /* ended early and on purpose; a later run with the checkpoint goes on */
};

/* What a run is doing. */
typedef int32_t wfn_phase;
enum {
    WFN_PREPARING = 0,  /* validating, waiting for a checkpoint to be kept */
    WFN_SUBMITTING = 1, /* handing the job to the service */
    WFN_QUEUED = 2,     /* the job waits, here or at the service */
    WFN_RUNNING = 3,    /* the service works on the job */
    WFN_RETRYING = 4,   /* something failed that may be repeated; waiting to do so */
    WFN_CANCELLING = 5  /* telling the service to stop */
};

/*
 * Whether a job was submitted, which is what costs money, for the attempt that a checkpoint goes on with; of
 * an attempt that is over, e.g. a job that failed, wfn_error tells. Left at zero it is not known.
 */
typedef int32_t wfn_submission;
enum {
    WFN_MAYBE_SUBMITTED = 0, /* a submit may have arrived; its answer is not known or not understood */
    WFN_NOT_SUBMITTED = 1,   /* certainly not */
    WFN_SUBMITTED = 2        /* yes, and its job is known */
};

/* Whether a run may have been billed. Left at zero it is not known. */
typedef int32_t wfn_charge;
enum { WFN_MAYBE_CHARGED = 0, WFN_NOT_CHARGED = 1, WFN_CHARGED = 2 };

/* Levels of wfn_host.log. */
typedef int32_t wfn_log_level;
enum {
    /*
     * What went over the wire: one JSON object for each exchange with the service, {run, purpose, method,
     * url, milliseconds, request: {headers, body}}, and either reply: {status, headers, body} or failure:
     * {kind, message, may_have_arrived}. Masked as with WFN_DRY_RUN; but the inputs are there, and what the
     * service answered. A body, a text or null, has at most 4 KiB; a longer one ends in "...", and
     * body_bytes beside it says how long it was.
     */
    WFN_LOG_TRACE = -1,
    WFN_LOG_DEBUG = 0,
    WFN_LOG_INFO = 1,
    WFN_LOG_WARNING = 2,
    WFN_LOG_ERROR = 3
};

/* wfn_node.flags */
enum {
    WFN_NODE_CAN_CANCEL = 1u << 0,
    WFN_NODE_REPORTS_PROGRESS = 1u << 1,
    WFN_NODE_CAN_RESUME = 1u << 2 /* gives checkpoints and goes on from them */
};

/*
 * wfn_request.flags. execute answers a bit that the module does not know with WFN_INVALID_ARGUMENT: each of
 * them may be what keeps a run from paying.
 */
enum {
    /*
     * Check the input, and the connection when one is given, send nothing, and end: WFN_SUCCEEDED
     * without an output, or the very error that the run would have ended with.
     */
    WFN_VALIDATE_ONLY = 1u << 0,
    /*
     * At the deadline, also cancel the job at the service. Without it the job goes on there, and the
     * result's checkpoint lets a later run collect what was paid for.
     */
    WFN_CANCEL_JOB_AT_DEADLINE = 1u << 1,
    /*
     * Only collect the job that checkpoint_json leads to: whatever it says, this run never submits.
     * Where there is no job to collect it ends as WFN_FAILED with the error nothing_to_collect, and a
     * checkpoint that may still be worth something comes back. run_cancel ends it and leaves the job alone.
     */
    WFN_COLLECT_ONLY = 1u << 2,
    /*
     * With WFN_VALIDATE_ONLY, without which it is WFN_INVALID_ARGUMENT, and with a connection: also ask
     * the service whether it answers and does not refuse the key. No job is made and nothing is charged.
     * input_json may be NULL: then only the connection is checked. Ends as WFN_SUCCEEDED without an output,
     * with a warning where that leaves something open, e.g. because the service cannot be asked without a
     * job, or with the error that stands in the way, e.g. invalid_connection where none is given; within
     * 30 s.
     */
    WFN_CHECK_CONNECTION = 1u << 3,
    /*
     * Send nothing, and end as WFN_SUCCEEDED with an output that says what would be sent: a JSON object
     * {requests: [{purpose, method, url, headers, body}]} in the place of what output_schema_json
     * describes; body is JSON or null. What is or may be a secret of the connection is masked. An input or
     * a connection that is not valid ends the run as it would without this. With WFN_VALIDATE_ONLY, and of
     * a node that cannot tell, it is WFN_INVALID_ARGUMENT.
     */
    WFN_DRY_RUN = 1u << 4
};

/* wfn_request.suspend: when to end a run early, as WFN_SUSPENDED. */
enum {
    WFN_SUSPEND_NEVER = 0,
    /* As soon as the service has taken the job; a run that resumes a job looks once and suspends again. */
    WFN_SUSPEND_WHEN_SUBMITTED = 1,
    WFN_SUSPEND_AFTER = 2 /* suspend_after_ms after execute, but not before the submit */
};

/* --------------------------------------------------------------------------- what the host gives */

/*
 * The host, as open is told. Copied by open; user_data must stay valid until close returns.
 * May be NULL where open takes it: then nothing is logged.
 */
typedef struct wfn_host {
    uint32_t struct_size;
    wfn_log_level log_level; /* log is not called with a lower one; so WFN_LOG_TRACE has to be asked for */
    const char* name;        /* for the User-Agent and logs, e.g. "my-flows"; may be NULL */
    const char* version;     /* may be NULL */
    void* user_data;         /* handed back to log */
    /*
     * One line of log without a line end and without secrets. May be NULL.
     * [module], or the thread that is inside open, execute or close.
     */
    void (*log)(void* user_data, wfn_log_level level, const char* message);
} wfn_host;

/* How far a run is. See wfn_request.on_progress. */
typedef struct wfn_progress {
    uint32_t struct_size;
    wfn_phase phase;
    double fraction;     /* 0 to 1; negative: unknown */
    int64_t eta_ms;      /* expected time until the result; negative: unknown */
    int64_t elapsed_ms;  /* since execute */
    const char* job_id;  /* the service's name of the job; NULL before it has one */
    const char* message; /* one short English sentence for people; never NULL */
} wfn_progress;

/* Why a run failed or was cancelled. The texts are English and for people; `code` is for programs. */
typedef struct wfn_error {
    uint32_t struct_size;
    int32_t retryable;   /* 1: the same run may succeed later; 0: something must change first */
    const char* code;    /* e.g. "invalid_image_url"; the node's errors_json lists them */
    const char* type;    /* e.g. "Invalid Image URL" */
    const char* message; /* what happened in this run */
    const char* cause;   /* what in general causes this type */
    const char* solution;
    int64_t retry_after_ms;   /* do not retry before; negative: not known */
    wfn_charge charged;       /* may this run have been billed? */
    int32_t http_status;      /* of the reply behind it; 0: there is none */
    const char* request_id;   /* the service's name of the request; NULL: not known */
    const char* job_id;       /* the job that this is about; NULL: none */
    const char* details_json; /* JSON array of {path: JSON pointer, message} */
    /*
     * All of it as one JSON object, to be kept or shown to programs: members with these names, but details
     * for details_json; `charged` is "no", "yes" or "unknown", and null stands where a value is not known.
     */
    const char* json;
} wfn_error;

/* What of a run is kept, so that a later run goes on where it was. */
typedef struct wfn_checkpoint {
    uint32_t struct_size;
    wfn_submission submission;
    const char* json;   /* for wfn_request.checkpoint_json; at most WFN_MAX_CHECKPOINT_BYTES, no secrets */
    const char* job_id; /* WFN_SUBMITTED: the service's name of the job; otherwise NULL */
} wfn_checkpoint;

/*
 * How a run ended. Owned by the run: valid until run_release, or, in a run that was released before
 * it ended, during on_complete.
 */
typedef struct wfn_result {
    uint32_t struct_size;
    wfn_outcome outcome;
    const char* output_json; /* WFN_SUCCEEDED: as output_schema_json says; otherwise NULL */
    const wfn_error* error;  /* WFN_FAILED and WFN_CANCELLED; otherwise NULL */
    /*
     * The checkpoint to keep from now on instead of any earlier one; NULL: discard it, there is
     * nothing to go on from. Set when suspended by a node that can be resumed, and when a failed run can be
     * taken up again, e.g. at the deadline while the service still works. An outcome that the host does not
     * know, and a failure without an error, say nothing: then keep what was kept. A run that ends before it
     * has read its checkpoint, e.g. because its connection is not valid, gives back the one it was given.
     */
    const wfn_checkpoint* checkpoint;
    const char* checkpoint_json; /* its text, for a host that needs no more; NULL as checkpoint is */
    int64_t resume_after_ms;     /* WFN_SUSPENDED: a good moment to go on; otherwise negative */
    const char* warnings_json;   /* JSON array of {code, message}; "[]" when there is none */
} wfn_result;

/*
 * A file that a run asks its host for: what it takes, so that the host can convert or shrink what it has.
 * See wfn_request.on_attachment.
 */
typedef struct wfn_attachment_request {
    uint32_t struct_size;
    uint32_t max_side;       /* pixels of an image's longer side; 0: no limit is known */
    uint64_t max_bytes;      /* of the file; a larger one is refused */
    const char* name;        /* NAME of "attachment:NAME", decoded; never NULL */
    const char* path;        /* JSON pointer to the input, e.g. "/image" */
    const char* media_types; /* what is taken, best first, e.g. "image/jpeg, image/png" */
} wfn_attachment_request;

/* The answer: the file, or why there is none. Zeros are an empty file. See wfn_module.run_attach. */
typedef struct wfn_attachment {
    uint32_t struct_size;
    int32_t reserved;
    const void* data;       /* copied by run_attach; may be NULL where size is 0 */
    uint64_t size;          /* bytes */
    const char* media_type; /* what the host takes it for, e.g. "image/png"; NULL: told by its first bytes */
    /*
     * Not NULL: there is no file. Why, and what to do, as a sentence for people: it becomes the error's
     * message. "" is "the host gives no reason".
     */
    const char* failure;
} wfn_attachment;

/*
 * One run. Fill with zeros, set struct_size, input_json, connection_json and what else is wanted:
 * every member's zero is a sensible default.
 */
typedef struct wfn_request {
    uint32_t struct_size;
    uint32_t flags; /* WFN_VALIDATE_ONLY ... */
    /*
     * The run's name, at most WFN_MAX_RUN_KEY_BYTES: the same when the host repeats the run after a crash,
     * another for every other run. From it the service can tell that a job was already paid for: two runs
     * with one key get one job where the service honours keys, and two where it does not. NULL: a random
     * one; "" is a name like any other.
     */
    const char* run_key;
    /*
     * As input_schema_json says; at most WFN_MAX_INPUT_BYTES; not NULL, see flags. Where ui_json calls an
     * input a media_url, "attachment:NAME" stands for a file of the host, with NAME percent-encoded as in a
     * URI and at most WFN_MAX_ATTACHMENT_NAME_BYTES: see on_attachment.
     */
    const char* input_json;
    /* As connection_schema_json says. Holds secrets; the module wipes its copy when the run ends. */
    const char* connection_json;
    const char* checkpoint_json; /* the last one kept of this run; NULL: start anew */
    const char* traceparent;     /* W3C Trace Context, sent along with every request; NULL: none */
    int64_t timeout_ms;          /* the run's deadline, from execute on; 0: as the connection says */
    /* How long to wait for checkpoint_saved; 0: 30 000. */
    int64_t checkpoint_timeout_ms;
    int32_t suspend; /* WFN_SUSPEND_NEVER ... */
    int32_t reserved;
    int64_t suspend_after_ms; /* for WFN_SUSPEND_AFTER; negative is 0 */
    /*
     * Handed back to the callbacks. Must stay valid until on_complete has returned, run_wait has answered
     * WFN_OK, or close has; a result, or run_release, does not say so.
     */
    void* user_data;
    /* The run's progress changed. At most 10 times a second. May be NULL. [module] */
    void (*on_progress)(void* user_data, wfn_run* run, const wfn_progress* progress);
    /*
     * Keep this checkpoint durably, in the place of an earlier one, then call run_checkpoint_saved:
     * inside the callback or later from any thread. Until then the run does not go on, also after the
     * second: it comes before a submit and again once the service has named the job, so that a run whose
     * process dies never pays twice. It goes on where it was; only a run that dies between its submit and the
     * answer to it, at a service that neither honours idempotency keys nor lists its jobs, ends as an error
     * that may have been charged. NULL: the host keeps none. [module]
     */
    void (*on_checkpoint)(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint);
    /*
     * The run is over. Comes exactly once, last, never inside execute; not after a status other than
     * WFN_OK. May be NULL: then use run_wait and run_result. Inside, run_release is allowed, after which
     * `result` is valid until on_complete returns, and user_data may be freed: it is not used again.
     * [module]
     */
    void (*on_complete)(void* user_data, wfn_run* run, const wfn_result* result);
    /*
     * Since 1.1. Give the run the file that its input "attachment:NAME" stands for: call run_attach, inside
     * the callback or later from any thread. A file that takes long to read or to convert is better given
     * later. Before the submit, and only when the bytes are needed: not of a run that is only validated, dry
     * or only collects, and not again while the service has the file, unless a long wait came in between. A
     * session asks for a few files at a time, so that ten thousand runs do not hold their bytes at once, and
     * for the next only when these are handed over: answer each request by itself, not when all have come.
     * A run waits for its turn until its deadline. Without an answer within 120 s the run ends, unpaid and
     * retryable. NULL: the host has no files, and a run with such an input ends as invalid_input. [module]
     */
    void (*on_attachment)(void* user_data, wfn_run* run, const wfn_attachment_request* attachment);
} wfn_request;

/* ------------------------------------------------------------------------- what the module gives */

/* The connection that a node needs: an account at a service. */
typedef struct wfn_connection {
    uint32_t struct_size;
    int32_t required;
    const char* name;     /* "PixelML Connection" */
    const char* category; /* "pixelml": connections of one category are interchangeable */
    const char* description;
    const char* schema_json; /* JSON Schema (draft 7) of connection_json; secrets are "writeOnly" */
} wfn_connection;

/* One node. Valid, unchanged, and at the same address while the module is loaded. */
typedef struct wfn_node {
    uint32_t struct_size;
    uint32_t flags;        /* WFN_NODE_CAN_CANCEL ... */
    const char* action_id; /* the name to find it by, e.g. "image_to_video"; never changes */
    const char* version;   /* semantic version of the node */
    const char* title;
    const char* description;
    const char* icon_svg;             /* an SVG document */
    const char* categories_json;      /* JSON array of strings */
    const wfn_connection* connection; /* NULL: it needs none */
    const char* input_schema_json;    /* JSON Schema, draft 7 */
    const char* output_schema_json;
    /* JSON array of {code, type, cause, solution, retryable}: every error the node can end with. */
    const char* errors_json;
    /*
     * What a form needs beside the schemas; NULL: nothing. JSON object, each member optional:
     *     inputs, outputs, connection
     *                      by property: {order: integer from 1, type: short_text | long_text | media_url |
     *                      dropdown | ..., media_type: image | video | audio | file, help: a sentence,
     *                      only_for: {another property: the value of it that this one is used with, or an
     *                      array of them}, required: true where it must be given with those values}
     *     help             {how_it_works: text, notes: [{title, text}]}
     *     palette          categories to show the node under, strings
     */
    const char* ui_json;
    const char* examples_json; /* JSON array of {title, input, output}; NULL: none */
    /* What a run costs by the service's list, which the service may change: {credits, us_dollars}, numbers
     * or null; NULL: not known. */
    const char* price_json;
    /*
     * Starts a run of `node`, which is the node that this function is of, and returns at once, without
     * waiting for the network. *run is set before any callback of the run is called, and is valid until
     * run_release.
     * WFN_INVALID_ARGUMENT (host->log says what is wrong), WFN_INVALID_HANDLE, WFN_INVALID_STATE (the
     * session is closing), WFN_OUT_OF_MEMORY: no run was started and *run is NULL.
     * [any]
     */
    wfn_status (*execute)(const struct wfn_node* node, wfn_session* session, const wfn_request* request,
                          wfn_run** run);
    /*
     * Since 1.1. The node's texts in other languages, for hosts that speak them; NULL: none. A JSON object by
     * language, e.g. "de", of objects with these members, each optional:
     *     title, description, connection_name, connection_description
     *     inputs, outputs, connection   by property: {title, help}
     *     help                          as in ui_json
     *     errors, warnings              by code: {type, cause, solution}; of a warning, what it warns of
     * The `message` of an error or a warning is English always, and so is what has no translation.
     */
    const char* translations_json;
} wfn_node;

/* A module. Valid, unchanged, and at the same address while the module is loaded. */
typedef struct wfn_module {
    uint32_t struct_size;
    uint32_t abi_major; /* WFN_ABI_MAJOR of the module's header */
    uint32_t abi_minor;
    uint32_t node_count;
    const char* name;
    const char* version;
    const wfn_node* const* nodes;     /* node_count pointers */
    const char* settings_schema_json; /* JSON Schema of open's settings; NULL: it takes none */

    /*
     * Opens a session and starts its threads. `host` and `settings_json` may be NULL.
     * WFN_INVALID_ARGUMENT (host->log says what is wrong with the settings), WFN_OUT_OF_MEMORY:
     * *session is NULL.
     * [any]
     */
    wfn_status (*open)(const wfn_host* host, const char* settings_json, wfn_session** session);
    /*
     * Ends the session; dlclose only after it. Live runs are suspended as by run_suspend, on_complete
     * of each is called, the threads are joined. Takes at most about 10 s, and what callbacks take
     * longer. To cancel instead, cancel the runs first. A submit whose reply is not read in that time, for
     * example because a callback blocks, ends as WFN_FAILED with a checkpoint that says that it may have
     * led to a job.
     * Results stay valid until their run is released, as long as the module is loaded.
     * WFN_WRONG_THREAD inside a callback of the session.
     * [host]
     */
    wfn_status (*close)(wfn_session* session);

    /*
     * Asks the run to stop, and the service to stop its job. Returns at once; never lost, however
     * early; repeating it changes nothing. The run ends as WFN_CANCELLED, within 5 s, or with its
     * result where that was already known. A run that is over is left as it is: WFN_OK.
     * [any]
     */
    wfn_status (*run_cancel)(wfn_run* run);
    /*
     * Asks the run to end as WFN_SUSPENDED as soon as its checkpoint says all that is known: at once,
     * or, while a submit is under way, when its reply has come, within 5 s. The job goes on at the
     * service. For a host that is about to stop.
     * [any]
     */
    wfn_status (*run_suspend)(wfn_run* run);
    /*
     * The answer to on_checkpoint; kept: 1 yes, 0 no. No, or no answer in time: before a submit, the
     * run ends, unpaid and retryable; after it, the run goes on and warns.
     * WFN_INVALID_ARGUMENT: another value, such as the -1 of a write that failed; the checkpoint still waits.
     * WFN_INVALID_STATE: no checkpoint of this run waits for an answer.
     * [any]
     */
    wfn_status (*run_checkpoint_saved)(wfn_run* run, int32_t kept);
    /*
     * Waits until the run is over and no callback of it is or will be running. timeout_ms 0 looks
     * without waiting; negative waits as long as the run takes, which its deadline bounds, but for what its
     * callbacks take: hold no lock here, nor in close, that a callback takes.
     * WFN_OK, WFN_TIMED_OUT, WFN_WRONG_THREAD inside a callback.
     * [host]
     */
    wfn_status (*run_wait)(wfn_run* run, int64_t timeout_ms);
    /* How the run ended, from on_complete on; NULL before, or for a handle that is not valid. [any] */
    const wfn_result* (*run_result)(wfn_run* run);
    /*
     * Gives up the handle. A run that is not over goes on, and its on_complete still comes; the handle
     * that its callbacks are given is valid during them.
     * [any]
     */
    wfn_status (*run_release)(wfn_run* run);
    /*
     * Since 1.1. The answer to on_attachment. Copies the file, unless it is larger than was asked for: then
     * the run ends, unpaid, with an error that says so, as it does with a failure, and with a file that the
     * service does not take; what media_type says is not relied on. The answer is the last one to this
     * request.
     * WFN_INVALID_ARGUMENT: NULL, a struct_size that does not cover failure, or size without data.
     * WFN_INVALID_STATE: no file is waited for, e.g. because the run was cancelled or suspended meanwhile.
     * WFN_OUT_OF_MEMORY: the file was not copied. The request still waits after these.
     * NULL in a module that asks for no files.
     * [any]
     */
    wfn_status (*run_attach)(wfn_run* run, const wfn_attachment* attachment);
} wfn_module;

/*
 * The one exported function. Never fails, starts no thread, opens nothing: a host can list what a
 * module offers without a session. The table is valid while the module is loaded.
 * [any]
 */
WFN_EXPORT const wfn_module* wfn_module_entry(void);
typedef const wfn_module* (*wfn_module_entry_function)(void);

/*
 * Whether a host may use the table that wfn_module_entry() returned: NULL, or what is wrong with it, as the
 * end of a sentence. Call it before anything else is read from the table; `module` may be NULL.
 */
/* NOLINTBEGIN(modernize-use-nullptr): C has none before C23 */
WFN_INLINE const char* wfn_fault_of_module(const wfn_module* module) {
    uint32_t i;
    if (module == NULL)
        return "its entry returned NULL";
    /* Before the size: in another major version the rest of the table may mean something else. */
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
/* NOLINTEND(modernize-use-nullptr) */

#ifdef __cplusplus
}
#endif

#endif /* WORKFLOW_NODE_NODE_H */
