#include "check/subject.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

namespace cli::check {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds after_promise{1000}; // for a machine that is busy
constexpr milliseconds close_limit = milliseconds{10000} + after_promise;
constexpr milliseconds quiet_time{100};
constexpr milliseconds look_every{100};

milliseconds since(WatchedRun::Clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(WatchedRun::Clock::now() - start);
}

// Waits for on_complete. A run that run_wait calls over and whose on_complete does not come has lost it.
void wait_for_completion(const wfn_module& table, WatchedRun& run, milliseconds limit,
                         const std::string& what) {
    const auto start = WatchedRun::Clock::now();
    int looks_when_over = 0;
    while (!run.wait_over(look_every)) {
        looks_when_over += table.run_wait(run.handle(), 0) == WFN_OK ? 1 : 0;
        if (looks_when_over >= 5) {
            throw Failed{"run_wait says that the run is over, but its on_complete did not come",
                         "call on_complete exactly once for every run that execute accepted"};
        }
        if (since(start) >= limit) {
            throw Failed{what + ", but the run did not end within " + milliseconds_text(limit),
                         "a waiting run must be woken by what is asked of it, and by its own deadline"};
        }
    }
}

} // namespace

std::string counted(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string milliseconds_text(milliseconds time) {
    return time.count() < 10000 ? std::to_string(time.count()) + " ms"
                                : std::to_string(time.count() / 1000) + " s";
}

std::string status_name(wfn_status status) {
    static const char* const names[] = {
        "WFN_OK",           "WFN_INVALID_ARGUMENT", "WFN_INVALID_HANDLE", "WFN_INVALID_STATE",
        "WFN_WRONG_THREAD", "WFN_TIMED_OUT",        "WFN_OUT_OF_MEMORY",  "WFN_INTERNAL_ERROR"};
    return status >= 0 && static_cast<std::size_t>(status) < std::size(names) ? names[status]
                                                                              : std::to_string(status);
}

void expect_status(wfn_status got, wfn_status wanted, const std::string& call) {
    expect(got == wanted, call + " answered " + status_name(got), "answer " + status_name(wanted));
}

TestSession::TestSession(const Subject& subject) : subject_(subject) {
    const wfn_status status = subject.table().open(nullptr, nullptr, &handle_);
    expect(status == WFN_OK && handle_ != nullptr,
           "open without a host and settings answered " + status_name(status)
               + (handle_ == nullptr ? " and no session" : ""),
           "open with NULL for both takes the defaults");
}

milliseconds TestSession::close() {
    const auto start = WatchedRun::Clock::now();
    const wfn_status status = subject_.table().close(handle_);
    const milliseconds took = since(start);
    expect_status(status, WFN_OK, "close");
    expect(took <= close_limit, "close took " + milliseconds_text(took), "close takes at most about 10 s");
    return took;
}

std::uint32_t unpaid_flags(const Subject& subject) {
    return subject.can_resume() || subject.connection.empty() ? 0 : WFN_VALIDATE_ONLY;
}

WatchedRun& start(const Subject& subject, const TestSession& session, const Wanted& wanted,
                  const WatchedRun::Hooks& hooks) {
    // Never destroyed: a module that breaks the rules calls back when it likes.
    auto* run = new WatchedRun(subject.table(), hooks); // NOLINT(cppcoreguidelines-owning-memory)
    const std::string& input = wanted.input ? *wanted.input : subject.input;
    wfn_request request{};
    request.struct_size = sizeof request;
    request.flags = wanted.flags;
    request.input_json = input.c_str();
    request.connection_json = subject.connection.empty() ? nullptr : subject.connection.c_str();
    request.checkpoint_json = wanted.checkpoint.empty() ? nullptr : wanted.checkpoint.c_str();
    request.suspend = wanted.suspend;
    request.checkpoint_timeout_ms = wanted.checkpoint_timeout_ms;
    const wfn_status status =
        run->execute(subject.node->get(), session.get(), request, wanted.keeps_checkpoints);
    expect(status == WFN_OK, "execute answered " + status_name(status),
           "what is wrong with an input or a connection is the run's error, not a status");
    expect(run->handle() != nullptr, "execute answered WFN_OK and left *run NULL", "set *run");
    return *run;
}

void finish(const Subject& subject, WatchedRun& run) {
    wait_for_completion(subject.table(), run, subject.limit, "execute had answered WFN_OK");
}

milliseconds finish_within(const Subject& subject, WatchedRun& run, milliseconds limit,
                           const std::string& asked) {
    const auto start = WatchedRun::Clock::now();
    wait_for_completion(subject.table(), run, limit + after_promise, asked + " had answered WFN_OK");
    return since(start);
}

std::string ended(const WatchedRun& run) {
    const wfn::Result result = run.result();
    return std::string(wfn::to_string(result.outcome))
           + (result.error ? " (" + result.error->code + ")" : "");
}

void watch_for_more() {
    std::this_thread::sleep_for(quiet_time);
}

void expect_manners(const WatchedRun& run) {
    watch_for_more();
    const std::vector<WatchedRun::Fault> faults = run.faults();
    if (!faults.empty())
        throw Failed{faults.front().what, "see \"" + faults.front().test + "\" among the tests"};
}

std::size_t count_threads() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

bool threads_fell_to(std::size_t count) {
    for (int i = 0; i < 100; ++i) {
        if (count_threads() <= count)
            return true;
        std::this_thread::sleep_for(milliseconds{10});
    }
    return false;
}

} // namespace cli::check
