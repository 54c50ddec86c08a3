/*
 * workflow_node/module/table.hpp: the functions that a host calls, and the table of them. Internal to
 * module.hpp.
 */
#pragma once

#include <workflow_node/module/runner.hpp>

#include <random>
#include <type_traits>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

constexpr const char* settings_schema = R"({"type":"object","properties":{},"additionalProperties":false})";
constexpr std::uint32_t known_flags =
    WFN_VALIDATE_ONLY | WFN_CANCEL_JOB_AT_DEADLINE | WFN_COLLECT_ONLY | WFN_CHECK_CONNECTION | WFN_DRY_RUN;

struct Table {
    std::string name, version;
    std::vector<std::unique_ptr<NodeType>> types;
    std::vector<const wfn_node*> nodes;
    wfn_module module{};
};
inline void destroy(Table* table) noexcept {
    delete table;
}

/* Signals are the host's business, on the host's threads: a thread that is made here takes none. */
struct SignalsBlocked {
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    sigset_t before{};
};

template <class Function>
wfn_status guarded(Function function) noexcept {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        return WFN_OUT_OF_MEMORY;
    } catch (const std::system_error&) { /* no more threads */
        return WFN_OUT_OF_MEMORY;
    } catch (...) {
        return WFN_INTERNAL_ERROR;
    }
}

template <class Given>
Given copy_of(const Given& given) {
    Given copy{};
    std::memcpy(&copy, &given, std::min(sizeof copy, static_cast<std::size_t>(given.struct_size)));
    return copy;
}

/* Whether the caller is on a thread of the module, or inside one of its callbacks. */
inline bool on_own_thread() {
    return inside != nullptr && inside == &state();
}

inline wfn_status open(const wfn_host* host, const char* settings_json, wfn_session** session) noexcept {
    return guarded([&]() -> wfn_status {
        if (session == nullptr)
            return WFN_INVALID_ARGUMENT;
        *session = nullptr;
        if (host != nullptr && !WFN_HAS(wfn_host, host, log))
            return WFN_INVALID_ARGUMENT;
        const std::shared_ptr<Session> made = std::make_unique<Session>();
        Session& fresh = *made;
        if (host != nullptr)
            fresh.host = copy_of(*host);
        if (settings_json != nullptr && !problems_in(Json::parse(settings_json), settings_schema).empty()) {
            log(fresh.host, WFN_LOG_ERROR, "The settings are not valid: this module takes an empty object");
            return WFN_INVALID_ARGUMENT;
        }
        State& s = state();
        fresh.home = &s;
        const Lock lock(s.mutex);
        fresh.id = s.next_id++;
        s.sessions.emplace(fresh.id, made);
        try {
            const SignalsBlocked blocked;
            fresh.clock = std::thread(clock_thread, std::ref(fresh));
        } catch (...) {
            s.sessions.erase(fresh.id);
            throw;
        }
        *session = reinterpret_cast<wfn_session*>(fresh.id);
        return WFN_OK;
    });
}

inline wfn_status close(wfn_session* handle) noexcept {
    return guarded([&]() -> wfn_status {
        if (on_own_thread())
            return WFN_WRONG_THREAD;
        State& s = state();
        Lock lock(s.mutex);
        const auto session = find_in(s.sessions, handle);
        if (session == nullptr)
            return WFN_INVALID_HANDLE;
        if (session->closing)
            return WFN_INVALID_STATE;
        session->closing = true;
        for (const auto& entry : s.runs)
            if (!entry.second->ended && entry.second->session == session.get())
                ask(*entry.second, &Run::suspend);
        session->tick.notify_all();
        lock.unlock();
        session->clock.join();
        lock.lock();
        s.sessions.erase(session->id);
        return WFN_OK;
    });
}

/* Whether the request is one that execute takes. */
inline bool is_valid(const NodeType& type, const wfn_request& request) {
    const bool checks = (request.flags & WFN_CHECK_CONNECTION) != 0;
    const bool dry = (request.flags & WFN_DRY_RUN) != 0 && (request.flags & WFN_VALIDATE_ONLY) == 0;
    if ((request.flags & ~known_flags) != 0 || (checks && (request.flags & WFN_VALIDATE_ONLY) == 0))
        return false;
    /* A node with a service that cannot say what it would send does not know this flag. */
    if (dry && !type.has_dry_run && type.info.connection)
        return false;
    return (request.input_json != nullptr || checks) && request.timeout_ms >= 0
           && request.checkpoint_timeout_ms >= 0 && request.suspend >= WFN_SUSPEND_NEVER
           && request.suspend <= WFN_SUSPEND_AFTER
           && (request.run_key == nullptr
               || ::strnlen(request.run_key, WFN_MAX_RUN_KEY_BYTES + 1) <= WFN_MAX_RUN_KEY_BYTES);
}

inline std::string random_key() {
    std::random_device random;
    std::string key;
    for (int i = 0; i < 32; ++i)
        key += "0123456789abcdef"[random() & 15U];
    return key;
}

inline std::shared_ptr<Run> make_run(const NodeType& type, const wfn_request& request) {
    std::shared_ptr<Run> run = std::make_unique<Run>();
    run->type = &type;
    run->request = request;
    run->started = Clock::now();
    run->own_thread = !type.polls || (request.flags & (WFN_CHECK_CONNECTION | WFN_DRY_RUN)) != 0;
    run->has_input = request.input_json != nullptr;
    run->has_connection = request.connection_json != nullptr;
    run->has_checkpoint = request.checkpoint_json != nullptr;
    if (run->has_input)
        run->input.assign(request.input_json, ::strnlen(request.input_json, WFN_MAX_INPUT_BYTES + 1));
    if (run->has_connection)
        run->connection = request.connection_json;
    if (run->has_checkpoint)
        run->given = {request.checkpoint_json, WFN_MAYBE_SUBMITTED, {}};
    run->latest = run->given;
    run->may_be_charged = run->has_checkpoint;
    run->run_key = request.run_key != nullptr ? request.run_key : random_key();
    if (request.traceparent != nullptr)
        run->traceparent = request.traceparent;
    const std::int64_t timeout = request.timeout_ms > 0 ? request.timeout_ms : type.info.timeout.count();
    const bool checks = (request.flags & WFN_CHECK_CONNECTION) != 0;
    run->deadline = after(run->started, checks ? std::min<std::int64_t>(timeout, 25'000) : timeout);
    run->suspend_at = after(run->started, request.suspend_after_ms);
    if (request.checkpoint_timeout_ms == 0)
        run->request.checkpoint_timeout_ms = 30'000;
    return run;
}

/* With the mutex held. Throws, and nothing happened, when memory or threads do not suffice. */
inline void start(State& s, Session& session, const std::shared_ptr<Run>& run) {
    run->id = s.next_id++;
    run->session = &session;
    const auto in_runs = s.runs.emplace(run->id, run).first;
    bool in_agenda = false;
    try {
        run->slot = session.agenda.emplace(next_turn(*run), run.get()).first;
        in_agenda = true;
        if (run->own_thread) {
            run->thread = session.threads.emplace(session.threads.end());
            const SignalsBlocked blocked;
            try {
                *run->thread = std::thread(run_thread, run);
            } catch (...) {
                session.threads.erase(run->thread);
                throw;
            }
        }
    } catch (...) {
        if (in_agenda)
            session.agenda.erase(run->slot);
        s.runs.erase(in_runs);
        throw;
    }
    ++session.live;
    if (run->slot == session.agenda.begin())
        session.tick.notify_all();
}

inline wfn_status execute(const wfn_node* node, wfn_session* handle, const wfn_request* request,
                          wfn_run** run) noexcept {
    return guarded([&]() -> wfn_status {
        if (run == nullptr)
            return WFN_INVALID_ARGUMENT;
        *run = nullptr;
        const Table* table = globals.table.load();
        const NodeType* type = nullptr;
        for (std::size_t i = 0; table != nullptr && i < table->types.size(); ++i)
            if (table->nodes[i] == node) /* by address: what a host gives may be anything */
                type = table->types[i].get();
        if (type == nullptr || request == nullptr || !WFN_HAS(wfn_request, request, on_complete))
            return WFN_INVALID_ARGUMENT;
        const wfn_request known = copy_of(*request);
        if (!is_valid(*type, known))
            return WFN_INVALID_ARGUMENT;
        State& s = state();
        const auto made = make_run(*type, known);
        const Lock lock(s.mutex);
        const auto session = find_in(s.sessions, handle);
        if (session == nullptr)
            return WFN_INVALID_HANDLE;
        if (session->closing)
            return WFN_INVALID_STATE;
        start(s, *session, made);
        *run = reinterpret_cast<wfn_run*>(made->id);
        return WFN_OK;
    });
}

/* Finds the run and calls the function with it, under the mutex. */
template <class Function>
wfn_status with_run(wfn_run* handle, Function function) noexcept {
    return guarded([&]() -> wfn_status {
        State& s = state();
        Lock lock(s.mutex);
        const auto run = find_run(s, handle);
        return run == nullptr ? WFN_INVALID_HANDLE : function(run, s, lock);
    });
}

inline wfn_status run_cancel(wfn_run* handle) noexcept {
    return with_run(handle, [](const std::shared_ptr<Run>& run, State&, Lock&) -> wfn_status {
        ask(*run, &Run::cancel);
        return WFN_OK;
    });
}

inline wfn_status run_suspend(wfn_run* handle) noexcept {
    return with_run(handle, [](const std::shared_ptr<Run>& run, State&, Lock&) -> wfn_status {
        ask(*run, &Run::suspend);
        return WFN_OK;
    });
}

inline wfn_status run_checkpoint_saved(wfn_run* handle, std::int32_t kept) noexcept {
    if (kept != 0 && kept != 1)
        return WFN_INVALID_ARGUMENT;
    return with_run(handle, [&](const std::shared_ptr<Run>& run, State&, Lock&) -> wfn_status {
        if (!run->awaiting || run->ended)
            return WFN_INVALID_STATE;
        run->awaiting = false;
        run->kept = kept == 1;
        changed(*run);
        return WFN_OK;
    });
}

inline wfn_status run_wait(wfn_run* handle, std::int64_t timeout_ms) noexcept {
    if (on_own_thread())
        return WFN_WRONG_THREAD;
    return with_run(handle, [&](const std::shared_ptr<Run>& run, State&, Lock& lock) -> wfn_status {
        const Time until = timeout_ms < 0 ? Time::max() : after(Clock::now(), timeout_ms);
        while (!run->over && !run->released && Clock::now() < until) {
            if (timeout_ms < 0)
                run->changed.wait(lock);
            else
                run->changed.wait_until(lock, until);
        }
        if (run->over)
            return WFN_OK;
        return run->released ? WFN_INVALID_HANDLE : WFN_TIMED_OUT;
    });
}

inline const wfn_result* run_result(wfn_run* handle) noexcept {
    const wfn_result* result = nullptr;
    with_run(handle, [&](const std::shared_ptr<Run>& run, State&, Lock&) -> wfn_status {
        if (run->ended)
            result = &run->result;
        return WFN_OK;
    });
    return result;
}

inline wfn_status run_release(wfn_run* handle) noexcept {
    return with_run(handle, [](const std::shared_ptr<Run>& run, State& s, Lock&) -> wfn_status {
        run->released = true;
        run->changed.notify_all();
        if (run->over)
            s.runs.erase(run->id);
        return WFN_OK;
    });
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
