#include "check/scenarios.hpp"
#include "check/schema_check.hpp"
#include "journal/module_check.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace cli::check {

using std::chrono::milliseconds;

namespace {

std::string advice_about(const std::string& test) {
    if (test == "complete-once")
        return "call on_complete exactly once, as the last callback of a run";
    if (test == "execute-stack")
        return "leave on_complete to a thread of the module: the host may hold a lock around execute";
    if (test == "callback-handle")
        return "give callbacks a handle that is valid, also after run_release";
    return "see wfn_request and wfn_result in node.h";
}

// The faults of the run that are of this test.
void expect_no_fault(const WatchedRun& run, const std::string& test) {
    for (const WatchedRun::Fault& fault : run.faults())
        if (fault.test == test)
            throw Failed{fault.what, advice_about(test)};
}

std::string ended_as(const wfn::Result& result) {
    return std::string("the run ended as ") + wfn::to_string(result.outcome)
           + (result.error ? " (" + result.error->code + "): " + result.error->message : "");
}

} // namespace

void check_run(Subject& subject, Report& report) {
    WatchedRun* run = nullptr;
    std::unique_ptr<TestSession> session;
    make_test(report, "complete-once", [&]() -> std::string {
        session = std::make_unique<TestSession>(subject);
        run = &start(subject, *session);
        finish(subject, *run);
        const auto took = std::chrono::duration_cast<milliseconds>(WatchedRun::Clock::now() - run->began());
        watch_for_more();
        expect_no_fault(*run, "complete-once");
        if (run->result().succeeded())
            report.usual_time(took);
        expect_status(subject.table().run_wait(run->handle(), 5000), WFN_OK, "run_wait after on_complete");
        expect(subject.table().run_result(run->handle()) != nullptr,
               "run_result answered NULL after on_complete", "the result is valid until run_release");
        return "one on_complete after " + milliseconds_text(took) + ", and nothing after it";
    });
    const auto of_run = [&](const char* name, const auto& test) {
        make_test(report, name, [&]() -> std::string {
            if (run == nullptr || !run->over())
                skip("the run did not come to its end");
            return test();
        });
    };
    of_run("execute-stack", [&] {
        expect_no_fault(*run, "execute-stack");
        return std::string("no callback came inside execute");
    });
    of_run("callback-handle", [&] {
        expect_no_fault(*run, "callback-handle");
        return std::string("the handle is valid in every callback");
    });
    of_run("callbacks", [&] {
        expect_no_fault(*run, "callbacks");
        return counted(run->progress_count(), "report") + " of progress; result and error fit together";
    });
    of_run("output", [&]() -> std::string {
        const wfn::Result result = run->result();
        if (!result.succeeded())
            skip(ended_as(result) + ". Give another input or connection");
        const std::string fault = violation(subject.node->output_schema_json(), result.output_json);
        expect(fault.empty(), "the output breaks output_schema_json: " + fault,
               "correct the output, or its schema");
        const auto warnings = durable::parse_module_json(result.warnings_json);
        expect(warnings && warnings->is_array(), "warnings_json is not a JSON array",
               "\"[]\" where there is none");
        return "as output_schema_json says";
    });
}

void check_callback_threads(Subject& subject, Report& report) {
    make_test(report, "wrong-thread", [&]() -> std::string {
        TestSession session(subject);
        std::atomic<wfn_status> closed{-1};
        std::atomic<wfn_status> waited{-1};
        WatchedRun::Hooks hooks;
        hooks.on_complete = [&](wfn_run* run, const wfn_result*) {
            report.step("calling run_wait inside on_complete");
            waited = subject.table().run_wait(run, 1000);
            report.step("calling close inside on_complete");
            closed = subject.table().close(session.get());
        };
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted, hooks);
        finish(subject, run);
        expect_status(waited, WFN_WRONG_THREAD, "run_wait inside a callback");
        expect_status(closed, WFN_WRONG_THREAD, "close inside a callback");
        report.step("closing the session");
        session.close();
        return "close and run_wait are refused inside a callback";
    });
}

void check_throwing(Subject& subject, Report& report) {
    make_test(report, "throwing", [&]() -> std::string {
        // Where nothing of C++ is part of the module, it cannot catch: a host must not throw there.
        void* library = ::dlopen(subject.path.c_str(), RTLD_NOW | RTLD_NOLOAD);
        const bool of_cpp = library != nullptr && ::dlsym(library, "__cxa_begin_catch") != nullptr;
        if (!of_cpp)
            skip("the module does not use the C++ library, so it may be unable to catch");
        WatchedRun::Hooks hooks;
        hooks.on_progress = [](wfn_run*) { throw std::runtime_error("thrown by on_progress"); };
        hooks.on_complete = [](wfn_run*, const wfn_result*) {
            throw std::runtime_error("thrown by on_complete");
        };
        TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        report.step("a callback throws");
        WatchedRun& run = start(subject, session, wanted, hooks);
        finish(subject, run);
        session.close();
        return "a callback that throws counts as returned";
    });
}

void check_early_release(Subject& subject, Report& report) {
    make_test(report, "release-early", [&]() -> std::string {
        TestSession session(subject);
        // The run waits in on_checkpoint until it was released, where the node gives a checkpoint.
        std::atomic<bool> released{false};
        WatchedRun::Hooks hooks;
        const auto until_released = [&released] {
            for (int i = 0; i < 500 && !released; ++i)
                std::this_thread::sleep_for(milliseconds{2});
        };
        hooks.on_progress = [&](wfn_run*) { until_released(); };
        hooks.on_checkpoint = [&](wfn_run*) {
            until_released();
            return std::optional(true);
        };
        Wanted wanted;
        wanted.flags = unpaid_flags(subject);
        WatchedRun& run = start(subject, session, wanted, hooks);
        subject.table().run_cancel(run.handle());
        report.step("releasing a run that is not over");
        expect_status(subject.table().run_release(run.handle()), WFN_OK, "run_release");
        released = true;
        expect(run.wait_over(std::min(milliseconds{6000}, subject.limit)),
               "a run that was released has no on_complete", "it goes on, and its on_complete still comes");
        expect_manners(run);
        expect_status(subject.table().run_cancel(run.handle()), WFN_INVALID_HANDLE,
                      "run_cancel after the end of a run that was released");
        session.close();
        return "on_complete still came, with a handle that is valid in it";
    });
}

void check_late_release(Subject& subject, Report& report) {
    make_test(report, "release-in-complete", [&]() -> std::string {
        TestSession session(subject);
        std::atomic<wfn_status> status{-1};
        std::atomic<bool> readable{false};
        WatchedRun::Hooks hooks;
        hooks.on_complete = [&](wfn_run* run, const wfn_result* result) {
            report.step("releasing the run inside on_complete");
            status = subject.table().run_release(run);
            readable = result != nullptr && result->struct_size > 0 && result->outcome == WFN_SUCCEEDED;
        };
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted, hooks);
        finish(subject, run);
        expect_status(status, WFN_OK, "run_release inside on_complete");
        expect(readable, "the result was not readable after run_release inside on_complete",
               "keep it until on_complete has returned");
        expect_manners(run);
        expect_status(subject.table().run_release(run.handle()), WFN_INVALID_HANDLE, "a second run_release");
        session.close();
        return "allowed, and the result stays readable";
    });
}

} // namespace cli::check
