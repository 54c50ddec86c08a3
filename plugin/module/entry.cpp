// The functions of the C boundary. Each one catches everything and forwards.
#include "api/error.hpp"
#include "http/tls.hpp"
#include "module/build_id.hpp"
#include "module/definitions.hpp"
#include "module/descriptor.hpp"
#include "module/handles.hpp"
#include "module/host_struct.hpp"
#include "module/run.hpp"
#include "module/session.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace job_engine {
namespace {

// The sizes of version 1.0: smaller ones are no such struct.
constexpr std::uint32_t first_host_size = sizeof(wfn_host);
constexpr std::uint32_t first_request_size = offsetof(wfn_request, on_attachment);
constexpr std::uint32_t first_attachment_size = sizeof(wfn_attachment); // of version 1.1
constexpr std::uint32_t known_flags =
    WFN_VALIDATE_ONLY | WFN_CANCEL_JOB_AT_DEADLINE | WFN_COLLECT_ONLY | WFN_CHECK_CONNECTION | WFN_DRY_RUN;

template <class Function>
wfn_status guarded(Function function) noexcept {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        return WFN_OUT_OF_MEMORY;
    } catch (...) {
        return WFN_INTERNAL_ERROR;
    }
}

bool is_in_callback() noexcept {
    return Session::owns_this_thread() || HostLog::is_writing();
}

// With the build's name, as semantic versions have it: what is reported of a module tells its file, and its
// symbols.
const char* version_text() {
    // No object that ends with the module: a host may ask until then.
    static const auto text = [] {
        const auto build = build_id().substr(0, 16);
        const auto whole = module_type().version + (build.empty() ? "" : "+" + build);
        std::array<char, 64> out{};
        whole.copy(out.data(), out.size() - 1);
        return out;
    }();
    return text.data();
}

wfn_status open(const wfn_host* host, const char* settings_json, wfn_session** session) noexcept {
    return guarded([&]() -> wfn_status {
        if (session == nullptr)
            return WFN_INVALID_ARGUMENT;
        *session = nullptr;
        if (host != nullptr && host->struct_size < first_host_size)
            return WFN_INVALID_ARGUMENT;
        initialise_openssl();
        const OpensslOfThread openssl; // the host's thread may outlive the module
        const auto known_host = host != nullptr ? copy_of_host_struct(host) : wfn_host{};
        auto definitions = shared_definitions();
        const auto settings = read_settings(settings_json, definitions->settings);
        if (!settings) {
            HostLog(known_host).write(WFN_LOG_ERROR, settings.error().message);
            return WFN_INVALID_ARGUMENT;
        }
        HostLog(known_host).write(WFN_LOG_INFO, std::string(module_type().name) + " " + version_text());
        *session = add_handle(std::make_shared<Session>(known_host, std::move(definitions), *settings));
        return WFN_OK;
    });
}

wfn_status close(wfn_session* session) noexcept {
    return guarded([&]() -> wfn_status {
        if (is_in_callback())
            return WFN_WRONG_THREAD;
        const OpensslOfThread openssl;
        const auto closing = find(session);
        if (closing == nullptr)
            return WFN_INVALID_HANDLE;
        if (!closing->close())
            return WFN_INVALID_STATE;
        remove(session);
        return WFN_OK;
    });
}

wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                   wfn_run** run) noexcept;

// By address: what a host gives may be anything.
std::optional<std::size_t> index_of(const wfn_node* node) {
    const auto& nodes = node_descriptors(execute);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (&nodes[i] == node)
            return i;
    return std::nullopt;
}

// What is wrong with the request; nullptr: nothing.
const char* fault_of(const wfn_request& request) {
    const bool checks_connection = (request.flags & WFN_CHECK_CONNECTION) != 0;
    if (request.input_json == nullptr && !checks_connection)
        return "input_json is NULL";
    if ((request.flags & ~known_flags) != 0)
        return "flags has a bit that this module does not know";
    if (checks_connection && (request.flags & WFN_VALIDATE_ONLY) == 0)
        return "flags has WFN_CHECK_CONNECTION without WFN_VALIDATE_ONLY";
    if ((request.flags & WFN_DRY_RUN) != 0 && (request.flags & WFN_VALIDATE_ONLY) != 0)
        return "flags has WFN_DRY_RUN with WFN_VALIDATE_ONLY, and a run ends as one of them";
    if (request.timeout_ms < 0 || request.checkpoint_timeout_ms < 0)
        return "a time-out is negative";
    if (request.suspend < WFN_SUSPEND_NEVER || request.suspend > WFN_SUSPEND_AFTER)
        return "suspend is none of WFN_SUSPEND_NEVER, WHEN_SUBMITTED and AFTER";
    if (request.run_key != nullptr
        && ::strnlen(request.run_key, WFN_MAX_RUN_KEY_BYTES + 1) > WFN_MAX_RUN_KEY_BYTES)
        return "run_key is longer than 512 bytes";
    return nullptr;
}

wfn_status run_cancel(wfn_run* handle) noexcept {
    return guarded([&]() -> wfn_status {
        const auto run = find(handle);
        if (run == nullptr)
            return WFN_INVALID_HANDLE;
        run->cancel();
        return WFN_OK;
    });
}

wfn_status run_suspend(wfn_run* handle) noexcept {
    return guarded([&]() -> wfn_status {
        const auto run = find(handle);
        if (run == nullptr)
            return WFN_INVALID_HANDLE;
        run->suspend();
        return WFN_OK;
    });
}

wfn_status run_checkpoint_saved(wfn_run* handle, std::int32_t kept) noexcept {
    return guarded([&]() -> wfn_status {
        if (kept != 0 && kept != 1) // the -1 of a write that failed is no yes
            return WFN_INVALID_ARGUMENT;
        const auto run = find(handle);
        return run != nullptr ? run->checkpoint_saved(kept == 1) : WFN_INVALID_HANDLE;
    });
}

wfn_status run_wait(wfn_run* handle, std::int64_t timeout_ms) noexcept {
    return guarded([&]() -> wfn_status {
        if (is_in_callback())
            return WFN_WRONG_THREAD;
        const auto run = find(handle);
        if (run == nullptr)
            return WFN_INVALID_HANDLE;
        return run->wait(Millis(timeout_ms)) ? WFN_OK : WFN_TIMED_OUT;
    });
}

const wfn_result* run_result(wfn_run* handle) noexcept {
    const wfn_result* result = nullptr;
    guarded([&]() -> wfn_status {
        if (const auto run = find(handle))
            result = run->result();
        return WFN_OK;
    });
    return result;
}

wfn_status run_release(wfn_run* handle) noexcept {
    return guarded([&]() -> wfn_status { return remove(handle) != nullptr ? WFN_OK : WFN_INVALID_HANDLE; });
}

wfn_status run_attach(wfn_run* handle, const wfn_attachment* attachment) noexcept {
    return guarded([&]() -> wfn_status {
        if (attachment == nullptr || attachment->struct_size < first_attachment_size)
            return WFN_INVALID_ARGUMENT;
        const auto known = copy_of_host_struct(attachment);
        if (known.failure == nullptr && known.data == nullptr && known.size != 0)
            return WFN_INVALID_ARGUMENT;
        const auto run = find(handle);
        return run != nullptr ? run->attach(known) : WFN_INVALID_HANDLE;
    });
}

wfn_status execute(const wfn_node* node, wfn_session* session, const wfn_request* request,
                   wfn_run** run) noexcept {
    return guarded([&]() -> wfn_status {
        if (run == nullptr)
            return WFN_INVALID_ARGUMENT;
        *run = nullptr;
        const auto index = index_of(node);
        if (!index)
            return WFN_INVALID_ARGUMENT;
        const auto owner = find(session);
        const auto refused = [&](const std::string& fault) {
            if (owner != nullptr)
                owner->log().write(WFN_LOG_ERROR, "execute was called wrongly: " + fault);
            return WFN_INVALID_ARGUMENT;
        };
        if (request == nullptr)
            return refused("the request is NULL");
        if (request->struct_size < first_request_size)
            return refused("struct_size of the request is " + std::to_string(request->struct_size)
                           + ": set it to sizeof(wfn_request)");
        const auto known_request = copy_of_host_struct(request);
        if (const auto* fault = fault_of(known_request))
            return refused(fault);
        if (owner == nullptr)
            return WFN_INVALID_HANDLE;
        const auto started = std::make_shared<Run>(owner, *index, known_request);
        auto* const handle = add_handle(started);
        started->set_handle(handle);
        *run = handle; // before the first callback can come
        if (owner->start(started))
            return WFN_OK;
        *run = nullptr;
        remove(handle);
        return WFN_INVALID_STATE;
    });
}

} // namespace
} // namespace job_engine

extern "C" const wfn_module* wfn_module_entry() {
    using namespace job_engine;
    static const std::vector<const wfn_node*> nodes = [] {
        std::vector<const wfn_node*> all;
        for (const auto& node : node_descriptors(execute))
            all.push_back(&node);
        return all;
    }();
    static const wfn_module module = [] {
        wfn_module table{};
        table.struct_size = sizeof table;
        table.abi_major = WFN_ABI_MAJOR;
        table.abi_minor = WFN_ABI_MINOR;
        table.node_count = static_cast<std::uint32_t>(nodes.size());
        table.name = module_type().name;
        table.version = version_text();
        table.nodes = nodes.data();
        table.settings_schema_json = settings_schema();
        table.open = open;
        table.close = close;
        table.run_cancel = run_cancel;
        table.run_suspend = run_suspend;
        table.run_checkpoint_saved = run_checkpoint_saved;
        table.run_wait = run_wait;
        table.run_result = run_result;
        table.run_release = run_release;
        table.run_attach = run_attach;
        return table;
    }();
    return &module;
}
