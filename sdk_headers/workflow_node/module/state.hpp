/*
 * workflow_node/module/state.hpp: the runs and sessions of the module, and how a host is called. Internal to
 * module.hpp.
 *
 * One mutex guards all that more than one thread touches, and is never held while code of the host or of a
 * node runs. A session has one thread, its clock. A run of a blocking node has a thread of its own; those of
 * Pollers share the clock. The clock also ends a run whose code does not come back after it was asked to
 * stop.
 *
 * Everything here is hidden: two modules in one process must not share it, and a unique symbol would keep the
 * module from being unloaded.
 */
#pragma once

#include <workflow_node/module/values.hpp>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#pragma GCC visibility push(hidden)

namespace wfn {

class Job;

namespace sdk {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Ms = std::chrono::milliseconds;
using Lock = std::unique_lock<std::mutex>;

/* After it was asked to stop, a run whose code has not returned is ended here. node.h allows 5 s. */
constexpr auto patience = std::chrono::seconds(4);
constexpr Time at_once{};
constexpr std::size_t progress_per_second = 10;
constexpr std::size_t most_pending_progress = 32;

inline Time after(Time time, std::int64_t ms) {
    constexpr std::int64_t ten_years = std::int64_t{10} * 366 * 24 * 3600 * 1000; /* no sum may overflow */
    return time + Ms(ms < 0 ? 0 : ms > ten_years ? ten_years : ms);
}

/* One run's object of the author's type. Only one tier's functions are ever called. */
struct Body {
    virtual ~Body() = default;
    virtual Ended run(Job&) = 0;
    virtual Step start(Job&) = 0;
    virtual Step wake(Job&) = 0;
    virtual Ended test_connection(Job&) = 0;
    virtual Ended dry_run(Job&) = 0;
};

/* One node of the module: its descriptor and its hooks. */
struct NodeType {
    explicit NodeType(NodeInfo node_info) : info(std::move(node_info)) {}
    virtual ~NodeType() = default;
    virtual std::unique_ptr<Body> make() const = 0;
    virtual std::vector<Problem> check(const Json& input) const = 0;
    virtual std::vector<Problem> check_connection(const Json& connection) const = 0;
    virtual bool read_checkpoint(Saved& checkpoint) const = 0; /* false: it is none of this node */

    NodeInfo info;
    bool polls = false;
    bool tests_connection = false;
    bool has_dry_run = false;
    std::vector<ErrorInfo> errors; /* the node's and the standard ones */
    std::string errors_json;
    wfn_connection connection{};
    wfn_node node{};
};

struct Note {
    wfn_phase phase;
    double fraction;
    std::int64_t eta_ms;
    std::string message;
};

/* Why a run is to end. */
enum class Why { nothing, cancelled, not_kept, nothing_to_collect, suspended, deadline };

struct Session;
struct Run;
using Agenda = std::set<std::pair<Time, Run*>>;

struct Run : std::enable_shared_from_this<Run> {
    ~Run() { wipe(); }
    /* The secrets. Not earlier than the node's code has returned, which reads them. */
    void wipe() noexcept {
        volatile char* bytes = connection.data();
        for (std::size_t i = 0; i < connection.size(); ++i)
            bytes[i] = '\0';
        connection.clear();
    }

    /* The request. Not changed after execute. */
    std::uintptr_t id = 0;
    const NodeType* type = nullptr;
    Session* session = nullptr; /* valid until the run is over and its thread has ended */
    wfn_request request{};      /* its strings are not used after execute */
    bool has_input = false, has_connection = false, has_checkpoint = false;
    bool own_thread = false;
    std::string input, run_key, traceparent, connection;
    Saved given;
    Time started, deadline, suspend_at;

    /* Guarded by the mutex. */
    std::condition_variable changed;
    bool cancel = false, suspend = false, released = false;
    bool calling = false; /* a callback of the run is at work */
    bool ended = false;   /* the result stands */
    bool over = false;    /* on_complete has returned */
    Why refused = Why::nothing;
    Time asked = Time::max();    /* when cancel or suspend was asked for first */
    Saved latest;                /* what to go on from; an empty text: nothing */
    bool may_be_charged = false; /* a submit may have been sent, in this run or before it */
    bool looked = false;         /* a resumed run has looked at its job */
    Saved offered;               /* the checkpoint that the host is asked to keep */
    bool awaiting = false, kept = false;
    Time keep_until;
    std::deque<Note> pending;
    std::array<Time, progress_per_second> sent{};
    std::size_t sent_count = 0;
    wfn_phase sent_phase = -1;
    std::string warnings;
    std::list<std::thread>::iterator thread; /* of a run with a thread of its own */
    /* A Poller's. */
    Agenda::iterator slot;
    bool started_body = false, keeping = false, told = false;
    Time wake_at;

    /* Of the thread that runs the node's code. */
    std::unique_ptr<Body> body;

    /* The result. Not changed once `ended` is set. */
    wfn_result result{};
    wfn_error error{};
    wfn_checkpoint checkpoint{};
    Ended end;
    std::string details, error_json, job_of_error;
};

struct State;

struct Session {
    State* home = nullptr;
    std::uintptr_t id = 0;
    wfn_host host{};
    bool closing = false;
    std::size_t live = 0; /* runs that are not over */
    Agenda agenda;        /* the live runs by the time at which the clock has to look at them */
    std::list<std::thread> threads, ended_threads;
    std::condition_variable tick;
    std::thread clock;
};

struct State {
    std::mutex mutex;
    std::unordered_map<std::uintptr_t, std::shared_ptr<Session>> sessions;
    std::unordered_map<std::uintptr_t, std::shared_ptr<Run>> runs;
    const pid_t process = ::getpid();
    /* From the clock, so that no handle of a parent process or of an earlier load comes again. */
    std::uintptr_t next_id = static_cast<std::uintptr_t>(Clock::now().time_since_epoch().count());
};

struct Table; /* what wfn_module_entry returns */
inline void destroy(Table*) noexcept;

/*
 * A process that exits with sessions open runs destructors under their threads, which then must find
 * everything as it was; without one, the module may be about to be unloaded and leaves nothing behind.
 */
struct Globals {
    std::atomic<State*> state{nullptr};
    std::atomic<Table*> table{nullptr};
    ~Globals() {
        State* s = state.load();
        if (s != nullptr && (s->process != ::getpid() || !s->sessions.empty()))
            return;
        delete s;
        destroy(table.exchange(nullptr));
        state = nullptr;
    }
};
inline Globals globals;
/* The state in whose callbacks this thread is, or whose own thread it is. */
inline thread_local const State* inside = nullptr;

/*
 * A forked child has none of its parent's threads, and the mutex as it was: it gets a state of its own, in
 * which the parent's handles are not known.
 */
inline State& state() {
    State* s = globals.state.load();
    while (s == nullptr || s->process != ::getpid()) {
        auto fresh = std::make_unique<State>();
        if (globals.state.compare_exchange_strong(s, fresh.get()))
            return *fresh.release();
    }
    return *s;
}

struct Inside {
    explicit Inside(const State& s) : before(inside) { inside = &s; }
    ~Inside() { inside = before; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    const State* before;
};

template <class Found>
std::shared_ptr<Found> find_in(const std::unordered_map<std::uintptr_t, std::shared_ptr<Found>>& all,
                               const void* handle) {
    const auto found = all.find(reinterpret_cast<std::uintptr_t>(handle));
    return found == all.end() ? nullptr : found->second;
}

/* The functions from here on are called with the mutex held, but for log. */

inline std::shared_ptr<Run> find_run(const State& s, const wfn_run* handle) {
    auto run = find_in(s.runs, handle);
    return run != nullptr && run->released && !run->calling ? nullptr : run;
}

/* Without the mutex. */
inline void log(const wfn_host& host, wfn_log_level level, const char* line) noexcept {
    if (host.log == nullptr || level < host.log_level)
        return;
    try {
        const Inside mark(state());
        host.log(host.user_data, level, line);
    } catch (...) { /* it counts as returned, and there is nowhere to say so */
    }
}

/* Calls a function of the host, outside the mutex and one at a time for each run. */
template <class Call>
void call_host(Run& run, Lock& lock, const char* name, Call call) noexcept {
    run.calling = true;
    const State& home = *run.session->home;
    const wfn_host host = run.session->host;
    lock.unlock();
    try {
        const Inside mark(home);
        call(reinterpret_cast<wfn_run*>(run.id));
    } catch (...) {
        char line[96] = "The host's callback threw an exception, and counts as returned: ";
        std::strncat(line, name, sizeof line - std::strlen(line) - 1);
        log(host, WFN_LOG_ERROR, line);
    }
    lock.lock();
    run.calling = false;
}

/* The time from which why() gives a reason; no later than when one is asked for. */
inline Time stops_at(const Run& run) {
    if (run.cancel || run.suspend || run.refused != Why::nothing)
        return at_once;
    if (run.latest.submission != WFN_SUBMITTED || !run.looked)
        return run.deadline;
    return run.request.suspend == WFN_SUSPEND_WHEN_SUBMITTED ? at_once
           : run.request.suspend == WFN_SUSPEND_AFTER        ? std::min(run.deadline, run.suspend_at)
                                                             : run.deadline;
}

inline Why why(const Run& run) {
    if (run.cancel)
        return Why::cancelled;
    if (run.refused != Why::nothing)
        return run.refused;
    const Time now = Clock::now();
    if (run.suspend)
        return Why::suspended;
    if (now >= run.deadline)
        return Why::deadline;
    return now >= stops_at(run) ? Why::suspended : Why::nothing;
}

/* When the clock ends the run although its code has not. */
inline Time gives_up_at(const Run& run) {
    return std::min(run.asked, run.deadline) + patience;
}

/* When the first pending progress may be sent. */
inline Time progress_due(const Run& run) {
    if (run.pending.empty() || run.calling)
        return Time::max();
    const auto sent = [&](std::size_t back) { return run.sent[(run.sent_count - back) % run.sent.size()]; };
    Time due = at_once;
    if (run.sent_count >= run.sent.size())
        due = sent(run.sent.size()) + std::chrono::milliseconds(1001);
    if (run.sent_count > 0 && run.pending.front().phase == run.sent_phase)
        due = std::max(due, sent(1) + Ms(200)); /* so that there is room for changes of the phase */
    return due;
}

inline void send_progress(Run& run, Lock& lock) noexcept {
    while (!run.ended && progress_due(run) <= Clock::now()) {
        const Note note = std::move(run.pending.front());
        run.pending.pop_front();
        run.sent_phase = note.phase;
        run.sent[run.sent_count++ % run.sent.size()] = Clock::now();
        wfn_progress progress{};
        progress.struct_size = sizeof progress;
        progress.phase = note.phase;
        progress.fraction = note.fraction;
        progress.eta_ms = note.eta_ms;
        progress.elapsed_ms = std::chrono::duration_cast<Ms>(Clock::now() - run.started).count();
        /* Only the thread that is here changes it. */
        progress.job_id = run.latest.job_id.empty() ? nullptr : run.latest.job_id.c_str();
        progress.message = note.message.c_str();
        call_host(run, lock, "on_progress", [&](wfn_run* handle) {
            run.request.on_progress(run.request.user_data, handle, &progress);
        });
    }
}

/* The time at which the clock has to look at the run next. */
inline Time next_turn(const Run& run) {
    const Time last = gives_up_at(run);
    if (run.calling)
        return std::max(last, Clock::now() + Ms(50));
    if (run.own_thread)
        return last;
    Time turn = !run.keeping ? run.wake_at : run.awaiting ? run.keep_until : at_once;
    if (!run.told)
        turn = std::min(turn, stops_at(run));
    return std::min({turn, last, progress_due(run)});
}

/* Something of the run changed: whoever waits for it looks again. Allocates nothing. */
inline void changed(Run& run) noexcept {
    run.changed.notify_all();
    if (run.ended)
        return;
    Agenda& agenda = run.session->agenda;
    auto entry = agenda.extract(run.slot);
    entry.value().first = next_turn(run);
    run.slot = agenda.insert(std::move(entry)).position;
    if (run.slot == agenda.begin())
        run.session->tick.notify_all();
}

inline void ask(Run& run, bool Run::*what) noexcept {
    if (run.ended || run.*what)
        return;
    run.*what = true;
    run.told = false;
    run.asked = std::min(run.asked, Clock::now());
    changed(run);
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
