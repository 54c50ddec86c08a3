/*
 * workflow_node/host.hpp: node.h for hosts in C++. Header-only, C++17, the standard library and dlfcn.
 *
 *     wfn::Module module = wfn::Module::load("./pixelml_nodes.so");
 *     wfn::Node node = module.find("image_to_video").value();
 *     wfn::Session session = wfn::Session::open(module, {"my-flows", "1.0"});
 *
 *     wfn::Request request;
 *     request.input_json = R"({"prompt": "..."})";
 *     request.connection_json = R"({"api_key": "..."})";
 *     wfn::Result result = session.run(node, std::move(request)); // blocking, or
 *     wfn::Run run = session.start(node, std::move(request));     // with callbacks
 *
 * Conventions
 *
 * Ownership   Module, Session and Run are move-only. Each keeps alive what it needs: a Run its session,
 *             a Session its module, a Node its module. They may be destroyed in any order and on any
 *             thread. A session ends when it and the last of its runs are gone, or in close(); the
 *             library is unloaded after that. Everything a Request, Result, Error or Progress holds is
 *             its own copy.
 * Threads     [any] and [host] mean what they mean in node.h. One object must not be used by two threads
 *             at once where one of them moves, assigns or destroys it.
 * Errors      LoadError: a module could not be loaded. StatusError: a function was called wrongly.
 *             std::invalid_argument: a NUL inside a string, a node of another module. What goes wrong
 *             in a run is in its Result.
 * Callbacks   Come on the module's threads and must not block for long. What they throw never reaches
 *             the module: thrown by on_log or on_progress it is dropped; by on_checkpoint, the
 *             answer is "not kept", and by on_attachment, that there is no file; the first exception of
 *             these two or on_complete is stored, see Run::callback_exception.
 * Modules     That break the contract are survived where that is possible: a callback after on_complete is
 *             dropped, a text that is not UTF-8 is repaired, and a NULL is an empty text. Whether an
 *             outcome is one of Outcome, a failure has an error, and an output or a checkpoint is JSON, is
 *             the host's to check.
 *
 * One file although long: a host that is not built with this project copies two headers and is done.
 */
#pragma once

#include <workflow_node/node.h>

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wfn {

/* ------------------------------------------------------------------------------------- values */

enum class Outcome : std::int32_t {
    succeeded = WFN_SUCCEEDED,
    failed = WFN_FAILED,
    cancelled = WFN_CANCELLED,
    suspended = WFN_SUSPENDED
};

enum class Phase : std::int32_t {
    preparing = WFN_PREPARING,
    submitting = WFN_SUBMITTING,
    queued = WFN_QUEUED,
    running = WFN_RUNNING,
    retrying = WFN_RETRYING,
    cancelling = WFN_CANCELLING
};

enum class LogLevel : std::int32_t {
    trace = WFN_LOG_TRACE,
    debug = WFN_LOG_DEBUG,
    info = WFN_LOG_INFO,
    warning = WFN_LOG_WARNING,
    error = WFN_LOG_ERROR
};

enum class Suspend : std::int32_t {
    never = WFN_SUSPEND_NEVER,
    when_submitted = WFN_SUSPEND_WHEN_SUBMITTED,
    after = WFN_SUSPEND_AFTER
};

/* Whether a run has submitted a job; see wfn_submission. */
enum class Submission : std::int32_t {
    no = WFN_NOT_SUBMITTED,
    maybe = WFN_MAYBE_SUBMITTED,
    yes = WFN_SUBMITTED
};

/* Whether a run may have been billed; see wfn_charge. */
enum class Charge : std::int32_t { no = WFN_NOT_CHARGED, yes = WFN_CHARGED, unknown = WFN_MAYBE_CHARGED };

/* What on_checkpoint says about the checkpoint it was given. */
enum class CheckpointAnswer {
    kept,     /* durably stored, in the place of an earlier one */
    not_kept, /* could not be stored; before a submit this ends the run, unpaid */
    later     /* Run::checkpoint_saved will tell, from any thread */
};

/* The word for a value, as in node.h: "succeeded". A value this header does not know: "unknown". */
inline const char* to_string(Outcome outcome) noexcept {
    switch (outcome) {
    case Outcome::succeeded:
        return "succeeded";
    case Outcome::failed:
        return "failed";
    case Outcome::cancelled:
        return "cancelled";
    case Outcome::suspended:
        return "suspended";
    }
    return "unknown";
}

inline const char* to_string(Phase phase) noexcept {
    switch (phase) {
    case Phase::preparing:
        return "preparing";
    case Phase::submitting:
        return "submitting";
    case Phase::queued:
        return "queued";
    case Phase::running:
        return "running";
    case Phase::retrying:
        return "retrying";
    case Phase::cancelling:
        return "cancelling";
    }
    return "unknown";
}

inline const char* to_string(Charge charge) noexcept {
    switch (charge) {
    case Charge::no:
        return "no";
    case Charge::yes:
        return "yes";
    case Charge::unknown:
        break;
    }
    return "unknown";
}

/* What a status means, as part of a sentence. */
inline const char* status_text(wfn_status status) noexcept {
    switch (status) {
    case WFN_OK:
        return "ok";
    case WFN_INVALID_ARGUMENT:
        return "invalid argument";
    case WFN_INVALID_HANDLE:
        return "invalid handle";
    case WFN_INVALID_STATE:
        return "invalid state";
    case WFN_WRONG_THREAD:
        return "wrong thread: not allowed inside a callback";
    case WFN_TIMED_OUT:
        return "timed out";
    case WFN_OUT_OF_MEMORY:
        return "out of memory";
    case WFN_INTERNAL_ERROR:
        return "internal error of the module";
    default:
        return "unknown status";
    }
}

/* How far a run is; see wfn_progress. */
struct Progress {
    Phase phase = Phase::preparing;
    std::optional<double> fraction;               /* 0 to 1 */
    std::optional<std::chrono::milliseconds> eta; /* until the result */
    std::chrono::milliseconds elapsed{0};         /* since the start */
    std::string job_id;                           /* empty before the service has named the job */
    std::string message;                          /* one short English sentence */
};

/* Why a run failed or was cancelled; see wfn_error. */
struct Error {
    std::string code;
    std::string type;
    std::string message;
    std::string cause;
    std::string solution;
    bool retryable = false;
    std::optional<std::chrono::milliseconds> retry_after;
    Charge charged = Charge::unknown;
    int http_status = 0;             /* 0: no reply is behind it */
    std::string request_id;          /* empty: not known */
    std::string job_id;              /* empty: none */
    std::string details_json = "[]"; /* JSON array of {path, message} */
    std::string json;                /* the whole error as one JSON object */
};

/* What of a run is kept; see wfn_checkpoint. */
struct Checkpoint {
    Submission submission = Submission::maybe;
    std::string json;
    std::string job_id; /* Submission::yes; otherwise empty */
};

/* A file that a run asks for: the one that its input "attachment:NAME" stands for; see
 * wfn_attachment_request. */
struct AttachmentRequest {
    std::string name;        /* NAME, decoded */
    std::string path;        /* JSON pointer to the input */
    std::string media_types; /* what is taken, best first: "image/jpeg, image/png" */
    std::uint64_t max_bytes = 0;
    std::uint32_t max_side = 0; /* pixels; 0: no limit is known */
};

/* The file, or why there is none; see wfn_attachment. */
struct Attachment {
    std::string data;
    std::string media_type;             /* empty: told by the first bytes */
    std::optional<std::string> failure; /* there is no file: a sentence for people */
};

/* How a run ended; see wfn_result. */
struct Result {
    Outcome outcome = Outcome::failed;
    std::string output_json;                               /* when succeeded; otherwise empty */
    std::optional<Error> error;                            /* when failed or cancelled */
    std::optional<Checkpoint> checkpoint;                  /* keep this one; none: discard any */
    std::optional<std::chrono::milliseconds> resume_after; /* when suspended */
    std::string warnings_json = "[]";                      /* JSON array of {code, message} */

    bool succeeded() const noexcept { return outcome == Outcome::succeeded; }
};

/* One run to be; see wfn_request. An empty string stands for NULL. */
struct Request {
    std::string input_json = "{}"; /* empty: NULL with check_connection, and otherwise not valid */
    std::string connection_json;   /* holds secrets: do not log it */
    std::string run_key;
    std::string checkpoint_json;
    std::string traceparent;
    std::chrono::milliseconds timeout{0};            /* 0: as the connection says */
    std::chrono::milliseconds checkpoint_timeout{0}; /* 0: 30 s */
    bool validate_only = false;
    bool cancel_job_at_deadline = false;
    bool collect_only = false;     /* never submits; see WFN_COLLECT_ONLY */
    bool check_connection = false; /* with validate_only; see WFN_CHECK_CONNECTION */
    bool dry_run = false;          /* sends nothing; see WFN_DRY_RUN */
    Suspend suspend = Suspend::never;
    std::chrono::milliseconds suspend_after{0}; /* for Suspend::after */

    /* Each may be empty. They are destroyed when the run is over, perhaps on the module's thread. */
    std::function<void(const Progress&)> on_progress;
    /* Empty: the host keeps no checkpoints. It may come before Session::start has returned. */
    std::function<CheckpointAnswer(const Checkpoint&)> on_checkpoint;
    /*
     * The file, or nullopt: Run::attach will give it, from any thread. Empty: the host has no files. It may
     * come before Session::start has returned.
     */
    std::function<std::optional<Attachment>(const AttachmentRequest&)> on_attachment;
    /* Exactly once, last; it may come before Session::start has returned. */
    std::function<void(const Result&)> on_complete;
};

/* The host, as a module is told; see wfn_host. */
struct HostOptions {
    std::string name = {}; /* each may be left out, without a warning */
    std::string version = {};
    std::string settings_json = {}; /* as Module::settings_schema_json says; empty: all defaults */
    std::function<void(LogLevel, const std::string& line)> on_log = {};
    LogLevel log_level = LogLevel::debug; /* no line is of a lower one */
};

/* ------------------------------------------------------------------------------------- errors */

/* A module that could not be loaded. what() names the file, what failed and why. */
class LoadError : public std::runtime_error {
public:
    enum class Reason {
        cannot_open,  /* dlopen failed: no such file, not a library, an unresolved symbol */
        no_entry,     /* it does not export wfn_module_entry: not a module */
        no_table,     /* wfn_module_entry returned NULL */
        abi_mismatch, /* another abi_major */
        incomplete    /* a struct_size below version 1.0's, or a function or node missing */
    };
    LoadError(Reason reason, const std::string& message) : std::runtime_error(message), reason_(reason) {}
    Reason reason() const noexcept { return reason_; }

private:
    Reason reason_;
};

/* A function of the module answered with a status other than WFN_OK: it was called wrongly. */
class StatusError : public std::runtime_error {
public:
    StatusError(wfn_status status, const std::string& function, const std::string& hint = {})
        : std::runtime_error(function + ": " + status_text(status) + (hint.empty() ? "" : ": " + hint)),
          status_(status) {}
    wfn_status status() const noexcept { return status_; }

private:
    wfn_status status_;
};

/* ------------------------------------------------------------------------------------ details */

namespace detail {

/* The member, or its zero where the other side's struct ends before it. */
#define WFN_HOST_GET(type, pointer, member)                                                                  \
    (WFN_HAS(type, (pointer), member) ? (pointer)->member : decltype((pointer)->member){})

/* The bytes of the UTF-8 character at the beginning of the text, which is not empty; 0: it is none. */
inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) {
            return 0;
        }
    }
    /* Longer than needed, a surrogate, or beyond Unicode. */
    const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)
                       || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
    return wrong ? 0 : length;
}
} // namespace detail

/* The text, with U+FFFD in the place of every byte that is not UTF-8. */
inline std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = detail::utf8_length(text);
        if (length == 0) {
            valid += "\xEF\xBF\xBD";
        } else {
            valid += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return valid;
}

namespace detail {

/* A text for people. */
inline std::string text(const char* string) {
    return string != nullptr ? valid_utf8(string) : "";
}
/* A JSON text, as it is: the host will see whether it is JSON. */
inline std::string json_text(const char* string) {
    return string != nullptr ? string : "";
}
inline std::string_view view(const char* string) noexcept {
    return string != nullptr ? string : "";
}
inline std::optional<std::chrono::milliseconds> duration(std::int64_t ms) {
    return ms < 0 ? std::nullopt : std::optional<std::chrono::milliseconds>(ms);
}

/* A string as the module takes it: NULL when empty. A NUL inside would cut it short unnoticed. */
inline const char* argument(const std::string& string, const char* name) {
    if (string.find('\0') != std::string::npos) {
        throw std::invalid_argument(std::string(name) + " contains a NUL character");
    }
    return string.empty() ? nullptr : string.c_str();
}

inline Progress copy(const wfn_progress& from) {
    Progress to;
    to.phase = static_cast<Phase>(WFN_HOST_GET(wfn_progress, &from, phase));
    const double fraction = WFN_HOST_GET(wfn_progress, &from, fraction);
    if (fraction >= 0.0) {
        to.fraction = fraction > 1.0 ? 1.0 : fraction;
    }
    to.eta = duration(WFN_HOST_GET(wfn_progress, &from, eta_ms));
    to.elapsed = std::chrono::milliseconds(WFN_HOST_GET(wfn_progress, &from, elapsed_ms));
    to.job_id = text(WFN_HOST_GET(wfn_progress, &from, job_id));
    to.message = text(WFN_HOST_GET(wfn_progress, &from, message));
    return to;
}

inline Error copy(const wfn_error& from) {
    Error to;
    to.retryable = WFN_HOST_GET(wfn_error, &from, retryable) != 0;
    to.code = text(WFN_HOST_GET(wfn_error, &from, code));
    to.type = text(WFN_HOST_GET(wfn_error, &from, type));
    to.message = text(WFN_HOST_GET(wfn_error, &from, message));
    to.cause = text(WFN_HOST_GET(wfn_error, &from, cause));
    to.solution = text(WFN_HOST_GET(wfn_error, &from, solution));
    to.retry_after = duration(WFN_HOST_GET(wfn_error, &from, retry_after_ms));
    to.charged = static_cast<Charge>(WFN_HOST_GET(wfn_error, &from, charged));
    to.http_status = WFN_HOST_GET(wfn_error, &from, http_status);
    to.request_id = text(WFN_HOST_GET(wfn_error, &from, request_id));
    to.job_id = text(WFN_HOST_GET(wfn_error, &from, job_id));
    if (const char* details = WFN_HOST_GET(wfn_error, &from, details_json)) {
        to.details_json = details;
    }
    to.json = json_text(WFN_HOST_GET(wfn_error, &from, json));
    return to;
}

inline Checkpoint copy(const wfn_checkpoint& from) {
    Checkpoint to;
    to.submission = static_cast<Submission>(WFN_HOST_GET(wfn_checkpoint, &from, submission));
    to.json = json_text(WFN_HOST_GET(wfn_checkpoint, &from, json));
    to.job_id = text(WFN_HOST_GET(wfn_checkpoint, &from, job_id));
    return to;
}

inline AttachmentRequest copy(const wfn_attachment_request& from) {
    AttachmentRequest to;
    to.name = text(WFN_HOST_GET(wfn_attachment_request, &from, name));
    to.path = text(WFN_HOST_GET(wfn_attachment_request, &from, path));
    to.media_types = text(WFN_HOST_GET(wfn_attachment_request, &from, media_types));
    to.max_bytes = WFN_HOST_GET(wfn_attachment_request, &from, max_bytes);
    to.max_side = WFN_HOST_GET(wfn_attachment_request, &from, max_side);
    return to;
}

/* WFN_INVALID_STATE of a module that asks for no files. */
inline wfn_status attach(const wfn_module& module, wfn_run* run, const Attachment& from) noexcept {
    if (!WFN_HAS(wfn_module, &module, run_attach) || module.run_attach == nullptr) {
        return WFN_INVALID_STATE;
    }
    wfn_attachment to{};
    to.struct_size = sizeof to;
    to.data = from.data.data();
    to.size = from.data.size();
    to.media_type = from.media_type.empty() ? nullptr : from.media_type.c_str();
    to.failure = from.failure ? from.failure->c_str() : nullptr;
    return module.run_attach(run, &to);
}

inline Result copy(const wfn_result& from) {
    Result to;
    to.outcome = static_cast<Outcome>(WFN_HOST_GET(wfn_result, &from, outcome));
    to.output_json = json_text(WFN_HOST_GET(wfn_result, &from, output_json));
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): the member's size, and the member is a pointer */
    if (const wfn_error* error = WFN_HOST_GET(wfn_result, &from, error)) {
        to.error = copy(*error);
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): as above */
    if (const wfn_checkpoint* checkpoint = WFN_HOST_GET(wfn_result, &from, checkpoint)) {
        to.checkpoint = copy(*checkpoint);
    } else if (const char* json = WFN_HOST_GET(wfn_result, &from, checkpoint_json)) {
        to.checkpoint.emplace().json = json; /* of a module that says no more */
    }
    if (to.outcome == Outcome::suspended) {
        to.resume_after = duration(WFN_HOST_GET(wfn_result, &from, resume_after_ms));
    }
    if (const char* warnings = WFN_HOST_GET(wfn_result, &from, warnings_json)) {
        to.warnings_json = warnings;
    }
    return to;
}

/* A loaded library and its checked table. */
class Library {
public:
    explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        using Reason = LoadError::Reason;
        if (handle_ == nullptr) {
            const char* why = dlerror();
            throw LoadError(Reason::cannot_open, "cannot load \"" + path + "\": " + text(why));
        }
        try {
            void* entry = dlsym(handle_, WFN_MODULE_ENTRY_NAME);
            if (entry == nullptr) {
                throw LoadError(Reason::no_entry, "\"" + path
                                                      + "\" is a library but not a module: it does not"
                                                        " export " WFN_MODULE_ENTRY_NAME "()");
            }
            table_ = reinterpret_cast<wfn_module_entry_function>(entry)();
            check(path);
        } catch (...) {
            dlclose(handle_);
            throw;
        }
    }
    ~Library() { dlclose(handle_); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    const wfn_module& table() const noexcept { return *table_; }

private:
    void check(const std::string& path) const {
        using Reason = LoadError::Reason;
        const char* fault = wfn_fault_of_module(table_);
        if (fault == nullptr) {
            return;
        }
        auto reason = Reason::incomplete;
        std::string what = "module \"" + path + "\": " + fault;
        if (table_ == nullptr) {
            reason = Reason::no_table;
        } else if (WFN_HAS(wfn_module, table_, abi_major) && table_->abi_major != WFN_ABI_MAJOR) {
            reason = Reason::abi_mismatch;
            what += ": version " + std::to_string(table_->abi_major) + ", this host version "
                    + std::to_string(WFN_ABI_MAJOR);
        }
        throw LoadError(reason, what);
    }

    void* handle_;
    const wfn_module* table_ = nullptr;
};

/* What a session shares with its runs. Its address is the log's user_data. */
struct SessionState {
    std::shared_ptr<const Library> library;
    wfn_session* handle = nullptr;
    std::function<void(LogLevel, const std::string&)> on_log;
    std::atomic<bool> closed{true};
    std::mutex mutex; /* of last_complaint */
    std::string last_complaint;

    static void log(void* user_data, wfn_log_level level, const char* message) noexcept {
        auto& state = *static_cast<SessionState*>(user_data);
        try {
            const std::string line = text(message);
            if (level >= WFN_LOG_WARNING) {
                const std::lock_guard<std::mutex> lock(state.mutex);
                state.last_complaint = line;
            }
            if (state.on_log) {
                state.on_log(static_cast<LogLevel>(level), line);
            }
        } catch (...) { /* a log line is not worth a run */
        }
    }

    /* WFN_OK when it was closed before. */
    wfn_status close() noexcept {
        if (closed.exchange(true)) {
            return WFN_OK;
        }
        const wfn_status status = library->table().close(handle);
        if (status != WFN_OK) {
            closed = false;
        }
        return status;
    }

    /*
     * For the last owner. Inside a callback a session cannot be closed, nor its code be unloaded under
     * the thread that runs it: then a thread of its own does it.
     */
    static void dispose(SessionState* state) noexcept {
        if (state->close() == WFN_WRONG_THREAD) {
            try {
                std::thread([state] { dispose(state); }).detach();
            } catch (...) { /* no thread to be had: leaking the session is all that is safe */
            }
            return;
        }
        delete state;
    }
};

struct RunState;

/*
 * The runs whose on_complete has not come. A run's user_data is its number here, not an address: a module
 * that calls back once more, against its promise, finds nothing instead of what was freed.
 */
class LiveRuns {
public:
    /* Never destroyed: a callback may come while the process ends. */
    static LiveRuns& all() {
        static LiveRuns& runs = *new LiveRuns;
        return runs;
    }
    void* add(std::shared_ptr<RunState> run) {
        const std::lock_guard<std::mutex> lock(mutex_);
        runs_.emplace(++last_, std::move(run));
        return reinterpret_cast<void*>(last_); /* NOLINT(performance-no-int-to-ptr): never dereferenced */
    }
    std::shared_ptr<RunState> find(void* user_data) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = runs_.find(reinterpret_cast<std::uintptr_t>(user_data));
        return found == runs_.end() ? nullptr : found->second;
    }
    std::shared_ptr<RunState> take(void* user_data) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = runs_.find(reinterpret_cast<std::uintptr_t>(user_data));
        if (found == runs_.end()) {
            return nullptr;
        }
        std::shared_ptr<RunState> run = std::move(found->second);
        runs_.erase(found);
        return run;
    }

private:
    std::mutex mutex_;
    std::unordered_map<std::uintptr_t, std::shared_ptr<RunState>> runs_;
    std::uintptr_t last_ = 0;
};

/* The callbacks of a run. */
struct RunState {
    std::shared_ptr<SessionState> session;
    std::function<void(const Progress&)> on_progress;
    std::function<CheckpointAnswer(const Checkpoint&)> on_checkpoint;
    std::function<std::optional<Attachment>(const AttachmentRequest&)> on_attachment;
    std::function<void(const Result&)> on_complete;
    std::mutex mutex; /* of exception */
    std::exception_ptr exception;
    std::atomic<bool> abandoned{
        false}; /* start threw: nobody waits for the callbacks, which may still come */

    const wfn_module& table() const noexcept { return session->library->table(); }

    void store_exception() noexcept {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!exception) {
            exception = std::current_exception();
        }
    }

    static void progress(void* user_data, wfn_run*, const wfn_progress* progress) noexcept {
        try {
            const std::shared_ptr<RunState> state = LiveRuns::all().find(user_data);
            if (state && !state->abandoned && progress != nullptr) {
                state->on_progress(copy(*progress));
            }
        } catch (...) { /* progress that nobody could show is no reason to end a run */
        }
    }

    static void checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) noexcept {
        const std::shared_ptr<RunState> state = LiveRuns::all().find(user_data);
        if (!state) {
            return;
        }
        auto answer = CheckpointAnswer::not_kept;
        try {
            if (!state->abandoned) {
                answer = state->on_checkpoint(checkpoint != nullptr ? copy(*checkpoint) : Checkpoint());
            }
        } catch (...) {
            state->store_exception();
        }
        if (answer != CheckpointAnswer::later) {
            state->table().run_checkpoint_saved(run, answer == CheckpointAnswer::kept ? 1 : 0);
        }
    }

    static void attachment(void* user_data, wfn_run* run, const wfn_attachment_request* request) noexcept {
        const std::shared_ptr<RunState> state = LiveRuns::all().find(user_data);
        if (!state) {
            return;
        }
        try {
            std::optional<Attachment> answer;
            try {
                answer = state->abandoned || request == nullptr ? Attachment{{}, {}, ""}
                                                                : state->on_attachment(copy(*request));
            } catch (const std::exception& failure) {
                state->store_exception();
                answer = Attachment{{}, {}, valid_utf8(failure.what())};
            } catch (...) {
                state->store_exception();
                answer = Attachment{{}, {}, ""};
            }
            if (answer) {
                attach(state->table(), run, *answer);
            }
        } catch (...) { /* no memory for a sentence: the run ends when it has waited long enough */
        }
    }

    static void complete(void* user_data, wfn_run*, const wfn_result* result) noexcept {
        const std::shared_ptr<RunState> taken = LiveRuns::all().take(user_data);
        if (!taken) {
            return;
        }
        RunState& state = *taken;
        try {
            if (state.on_complete && !state.abandoned) {
                state.on_complete(result != nullptr ? copy(*result) : Result());
            }
        } catch (...) {
            state.store_exception();
        }
        /* A callback that holds its own Run would otherwise keep both for ever. */
        state.on_progress = nullptr;
        state.on_checkpoint = nullptr;
        state.on_attachment = nullptr;
        state.on_complete = nullptr;
    }
};

} // namespace detail

/* ---------------------------------------------------------------------------------- descriptors */

/* The connection that a node needs; see wfn_connection. Its texts live as long as its Node. */
struct Connection {
    std::string_view name;
    std::string_view category;
    std::string_view description;
    std::string_view schema_json;
    bool required = false;
};

/*
 * One node of a module; see wfn_node. Copyable; keeps the module loaded. What it returns is valid as
 * long as any Node, Module, Session or Run of the module is. [any]
 */
class Node {
public:
    std::string_view action_id() const noexcept { return detail::view(node_->action_id); }
    std::string_view version() const noexcept { return detail::view(node_->version); }
    std::string_view title() const noexcept { return detail::view(node_->title); }
    std::string_view description() const noexcept { return detail::view(node_->description); }
    std::string_view icon_svg() const noexcept { return detail::view(node_->icon_svg); }
    std::string_view categories_json() const noexcept { return detail::view(node_->categories_json); }
    std::string_view input_schema_json() const noexcept { return detail::view(node_->input_schema_json); }
    std::string_view output_schema_json() const noexcept { return detail::view(node_->output_schema_json); }
    std::string_view errors_json() const noexcept { return detail::view(node_->errors_json); }
    std::string_view ui_json() const noexcept { return detail::view(node_->ui_json); }
    std::string_view examples_json() const noexcept { return detail::view(node_->examples_json); }
    std::string_view price_json() const noexcept { return detail::view(node_->price_json); }
    std::string_view translations_json() const noexcept {
        return detail::view(WFN_HOST_GET(wfn_node, node_, translations_json));
    }
    bool can_cancel() const noexcept { return (node_->flags & WFN_NODE_CAN_CANCEL) != 0; }
    bool reports_progress() const noexcept { return (node_->flags & WFN_NODE_REPORTS_PROGRESS) != 0; }
    bool can_resume() const noexcept { return (node_->flags & WFN_NODE_CAN_RESUME) != 0; }

    /* nullopt: it needs none. */
    std::optional<Connection> connection() const {
        const wfn_connection* from = node_->connection;
        if (from == nullptr) {
            return std::nullopt;
        }
        Connection to;
        to.name = detail::view(WFN_HOST_GET(wfn_connection, from, name));
        to.category = detail::view(WFN_HOST_GET(wfn_connection, from, category));
        to.description = detail::view(WFN_HOST_GET(wfn_connection, from, description));
        to.schema_json = detail::view(WFN_HOST_GET(wfn_connection, from, schema_json));
        to.required = WFN_HOST_GET(wfn_connection, from, required) != 0;
        return to;
    }

    const wfn_node& get() const noexcept { return *node_; }

private:
    friend class Module;
    friend class Session;
    Node(std::shared_ptr<const detail::Library> library, const wfn_node* node)
        : library_(std::move(library)), node_(node) {}

    std::shared_ptr<const detail::Library> library_;
    const wfn_node* node_;
};

/* A loaded module. Loading it starts no thread and opens nothing. [any] */
class Module {
public:
    /*
     * Loads the library with dlopen, which looks for a name without a slash in the system's own
     * places; write "./name.so" for a file here. Throws LoadError.
     */
    static Module load(const std::string& path) { return Module(std::make_shared<detail::Library>(path)); }

    Module(Module&&) noexcept = default;
    Module& operator=(Module&&) noexcept = default;
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() = default;

    std::string_view name() const noexcept { return detail::view(get().name); }
    std::string_view version() const noexcept { return detail::view(get().version); }
    std::string_view settings_schema_json() const noexcept {
        return detail::view(get().settings_schema_json);
    }

    /* All nodes, in the module's order. */
    std::vector<Node> nodes() const {
        std::vector<Node> all;
        all.reserve(get().node_count);
        for (std::uint32_t i = 0; i < get().node_count; ++i) {
            all.push_back(Node(library_, get().nodes[i]));
        }
        return all;
    }

    /* The node with this action id; nullopt: there is none. */
    std::optional<Node> find(std::string_view action_id) const {
        for (std::uint32_t i = 0; i < get().node_count; ++i) {
            if (action_id == get().nodes[i]->action_id) {
                return Node(library_, get().nodes[i]);
            }
        }
        return std::nullopt;
    }

    const wfn_module& get() const noexcept { return library_->table(); }

private:
    friend class Session;
    explicit Module(std::shared_ptr<const detail::Library> library) : library_(std::move(library)) {}

    std::shared_ptr<const detail::Library> library_;
};

/* ------------------------------------------------------------------------------------------ run */

/*
 * One run of a node. Destroying a run that is not over cancels it, waits for its end (within 5 s, as
 * node.h promises) and releases it; no callback comes after that. Inside a callback it cannot wait:
 * there it is cancelled and released, and its remaining callbacks still come.
 */
class Run {
public:
    Run(Run&& other) noexcept
        : state_(std::move(other.state_)), handle_(std::exchange(other.handle_, nullptr)) {}
    Run& operator=(Run&& other) noexcept {
        if (this != &other) {
            end();
            state_ = std::move(other.state_);
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { end(); }

    /* Ask the run to stop, or to end early with a checkpoint. Return at once. [any] */
    wfn_status cancel() noexcept {
        return handle_ == nullptr ? WFN_INVALID_HANDLE : state_->table().run_cancel(handle_);
    }
    wfn_status suspend() noexcept {
        return handle_ == nullptr ? WFN_INVALID_HANDLE : state_->table().run_suspend(handle_);
    }

    /*
     * The answer that on_checkpoint announced with CheckpointAnswer::later. WFN_INVALID_STATE: no
     * checkpoint waits for an answer. [any]
     */
    wfn_status checkpoint_saved(bool kept) noexcept {
        return handle_ == nullptr ? WFN_INVALID_HANDLE
                                  : state_->table().run_checkpoint_saved(handle_, kept ? 1 : 0);
    }

    /*
     * The file that on_attachment announced with nullopt. It is copied. WFN_INVALID_STATE: no file is waited
     * for, e.g. because the run was cancelled meanwhile. [any]
     */
    wfn_status attach(const Attachment& attachment) noexcept {
        return handle_ == nullptr ? WFN_INVALID_HANDLE : detail::attach(state_->table(), handle_, attachment);
    }

    /*
     * Waits until the run is over and its callbacks have returned. True when it is; false when the
     * timeout, 0 or longer, ended first. Throws StatusError inside a callback. [host]
     */
    bool wait(std::chrono::milliseconds timeout) {
        const std::int64_t ms = timeout.count();
        return wait_ms(ms < 0 ? 0 : ms);
    }
    /* As long as the run takes, which its deadline bounds. */
    void wait() { wait_ms(-1); }

    /* How the run ended; nullopt while it is not over. [any] */
    std::optional<Result> result() const {
        const wfn_result* result = handle_ == nullptr ? nullptr : state_->table().run_result(handle_);
        return result == nullptr ? std::nullopt : std::optional<Result>(detail::copy(*result));
    }

    /* The first exception thrown by on_checkpoint, on_attachment or on_complete; null: none. [any] */
    std::exception_ptr callback_exception() const {
        if (!state_) {
            return nullptr;
        }
        const std::lock_guard<std::mutex> lock(state_->mutex);
        return state_->exception;
    }

    /* The handle, for functions of node.h; null after a move. */
    wfn_run* get() const noexcept { return handle_; }

private:
    friend class Session;
    Run() = default;

    bool wait_ms(std::int64_t timeout_ms) {
        const wfn_status status =
            handle_ == nullptr ? WFN_INVALID_HANDLE : state_->table().run_wait(handle_, timeout_ms);
        if (status != WFN_OK && status != WFN_TIMED_OUT) {
            throw StatusError(status, "run_wait");
        }
        return status == WFN_OK;
    }

    void end() noexcept {
        if (handle_ == nullptr) {
            return;
        }
        const wfn_module& table = state_->table();
        if (table.run_wait(handle_, 0) != WFN_OK) {
            table.run_cancel(handle_);
            table.run_wait(handle_, -1);
        }
        table.run_release(handle_);
        handle_ = nullptr;
        state_.reset();
    }

    std::shared_ptr<detail::RunState> state_;
    wfn_run* handle_ = nullptr;
};

/* -------------------------------------------------------------------------------------- session */

/*
 * The threads and connections that runs use. One session serves any number of runs at once. Its
 * destructor closes it, or leaves that to the last of its runs when some are left. Closing takes at
 * most about 10 s.
 */
class Session {
public:
    /* Throws StatusError: the settings are not valid (what() says why), or memory is short. [any] */
    static Session open(const Module& module, HostOptions options = {}) {
        std::shared_ptr<detail::SessionState> state(new detail::SessionState, &detail::SessionState::dispose);
        state->library = module.library_;
        state->on_log = std::move(options.on_log);

        wfn_host host{};
        host.struct_size = sizeof host;
        host.log_level = static_cast<wfn_log_level>(options.log_level);
        host.name = detail::argument(options.name, "name");
        host.version = detail::argument(options.version, "version");
        host.user_data = state.get();
        host.log = &detail::SessionState::log;
        const char* settings = detail::argument(options.settings_json, "settings_json");
        const wfn_status status = module.get().open(&host, settings, &state->handle);
        if (status != WFN_OK) {
            const std::lock_guard<std::mutex> lock(state->mutex);
            throw StatusError(status, "open", state->last_complaint);
        }
        if (state->handle == nullptr) {
            throw StatusError(WFN_INTERNAL_ERROR, "open", "it answered ok, and gave no session");
        }
        state->closed = false;
        return Session(std::move(state));
    }

    Session(Session&&) noexcept = default;
    Session& operator=(Session&&) noexcept = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    /*
     * Starts a run and returns at once. Throws StatusError when the module refuses the call (a run_key
     * that is too long, a closed session); a bad input is reported by the run instead. [any]
     */
    Run start(const Node& node, Request request) {
        if (&node.library_->table() != &state_->library->table()) {
            throw std::invalid_argument("the node belongs to another module than the session");
        }
        Run run;
        run.state_ = std::make_shared<detail::RunState>();
        run.state_->session = state_;
        run.state_->on_progress = std::move(request.on_progress);
        run.state_->on_checkpoint = std::move(request.on_checkpoint);
        run.state_->on_attachment = std::move(request.on_attachment);
        run.state_->on_complete = std::move(request.on_complete);

        wfn_request to{};
        to.struct_size = sizeof to;
        if (request.validate_only) {
            to.flags |= WFN_VALIDATE_ONLY;
        }
        if (request.cancel_job_at_deadline) {
            to.flags |= WFN_CANCEL_JOB_AT_DEADLINE;
        }
        if (request.collect_only) {
            to.flags |= WFN_COLLECT_ONLY;
        }
        if (request.check_connection) {
            to.flags |= WFN_CHECK_CONNECTION;
        }
        if (request.dry_run) {
            to.flags |= WFN_DRY_RUN;
        }
        to.run_key = detail::argument(request.run_key, "run_key");
        to.input_json = detail::argument(request.input_json, "input_json");
        if (to.input_json == nullptr && !request.check_connection) {
            to.input_json = ""; /* a text, which the run refuses; without one, the call is wrong */
        }
        to.connection_json = detail::argument(request.connection_json, "connection_json");
        to.checkpoint_json = detail::argument(request.checkpoint_json, "checkpoint_json");
        to.traceparent = detail::argument(request.traceparent, "traceparent");
        to.timeout_ms = request.timeout.count();
        to.checkpoint_timeout_ms = request.checkpoint_timeout.count();
        to.suspend = static_cast<std::int32_t>(request.suspend);
        to.suspend_after_ms = request.suspend_after.count();
        to.on_progress = run.state_->on_progress ? &detail::RunState::progress : nullptr;
        to.on_checkpoint = run.state_->on_checkpoint ? &detail::RunState::checkpoint : nullptr;
        to.on_attachment = run.state_->on_attachment ? &detail::RunState::attachment : nullptr;
        to.on_complete = &detail::RunState::complete;
        to.user_data = detail::LiveRuns::all().add(run.state_);

        wfn_run* handle = nullptr;
        const wfn_status status = node.get().execute(&node.get(), state_->handle, &to, &handle);
        if (status != WFN_OK) {
            detail::LiveRuns::all().take(to.user_data);
            throw StatusError(status, "execute");
        }
        if (handle == nullptr) {
            run.state_->abandoned = true;
            throw StatusError(WFN_INTERNAL_ERROR, "execute", "it answered ok, and gave no run");
        }
        run.handle_ = handle;
        return run;
    }

    /*
     * Runs the node and waits for the end, at most until the deadline of the run. Throws as start
     * does. on_checkpoint must not answer `later` here, nor on_attachment nullopt. [host]
     */
    Result run(const Node& node, Request request) {
        Run run = start(node, std::move(request));
        run.wait();
        return run.result().value();
    }

    /*
     * Closes the session now: its live runs end as suspended. Results stay readable. Closing it again
     * does nothing. Throws StatusError inside a callback. [host]
     */
    void close() {
        const wfn_status status = state_->close();
        if (status != WFN_OK) {
            throw StatusError(status, "close");
        }
    }

    wfn_session* get() const noexcept { return state_->handle; }

private:
    explicit Session(std::shared_ptr<detail::SessionState> state) : state_(std::move(state)) {}

    std::shared_ptr<detail::SessionState> state_;
};

#undef WFN_HOST_GET

} // namespace wfn
