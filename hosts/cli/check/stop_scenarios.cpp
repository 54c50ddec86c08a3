#include "check/scenarios.hpp"

#include <algorithm>

namespace cli::check {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds too_short{150}; // a run that is over sooner cannot be stopped on its way

// What a person who waits for it notices.
std::string slowness(milliseconds took) {
    return took > milliseconds{1000} ? ", which is slow: wake a run that waits" : "";
}

// Starts a run and waits until about a third of its way, where it waits for what it does.
WatchedRun& start_and_wait(const Subject& subject, const TestSession& session) {
    if (subject.usual.count() < 0)
        skip("no run has succeeded, see \"output\"");
    if (subject.usual < too_short)
        skip("a run is over in " + milliseconds_text(subject.usual) + "; give an input that takes longer");
    WatchedRun& run = start(subject, session);
    run.wait_over(std::min(subject.usual / 3, milliseconds{2000}));
    return run;
}

// Whether the run went on to its end although it was asked to stop.
void expect_not_ignored(const Subject& subject, const WatchedRun& run, milliseconds took,
                        const std::string& asked) {
    const bool most_of_the_way = took > std::max(subject.usual / 3, milliseconds{100});
    expect(!run.result().succeeded() || !most_of_the_way,
           asked + " was answered with WFN_OK, and the run went on for " + milliseconds_text(took)
               + " to its output",
           "a waiting run must be woken: see that no wake-up gets lost");
}

} // namespace

void check_early_cancel(Subject& subject, Report& report) {
    make_test(report, "cancel-early", [&]() -> std::string {
        TestSession session(subject);
        WatchedRun& run = start(subject, session);
        expect_status(subject.table().run_cancel(run.handle()), WFN_OK, "run_cancel right after execute");
        subject.table().run_cancel(run.handle());
        const milliseconds took = finish_within(subject, run, promise, "run_cancel");
        expect_manners(run);
        expect(run.result().outcome == wfn::Outcome::cancelled || run.result().succeeded(),
               "a run that was cancelled at once ended as " + ended(run),
               "it ends as cancelled, or with a result that was known");
        expect_not_ignored(subject, run, took, "run_cancel right after execute");
        session.close();
        return "ended as " + ended(run) + " after " + milliseconds_text(took) + slowness(took);
    });
}

void check_cancel(Subject& subject, Report& report) {
    make_test(report, "cancel", [&]() -> std::string {
        TestSession session(subject);
        WatchedRun& run = start_and_wait(subject, session);
        report.step("cancelling a run on its way");
        expect_status(subject.table().run_cancel(run.handle()), WFN_OK, "run_cancel");
        const milliseconds took = finish_within(subject, run, promise, "run_cancel");
        expect_manners(run);
        expect_not_ignored(subject, run, took, "run_cancel");
        const wfn::Result result = run.result();
        expect(result.outcome == wfn::Outcome::cancelled || result.succeeded(),
               "a run that was cancelled ended as " + ended(run),
               "it ends as cancelled, or with a result that was known");
        expect(!result.error || result.error->code == "cancelled",
               "a cancelled run has the code \"" + (result.error ? result.error->code : "") + "\"",
               "its code is always \"cancelled\"");
        session.close();
        return "ended as " + ended(run) + " after " + milliseconds_text(took) + slowness(took);
    });
}

void check_suspend(Subject& subject, Report& report) {
    make_test(report, "suspend", [&]() -> std::string {
        TestSession session(subject);
        WatchedRun& run = start_and_wait(subject, session);
        report.step("suspending a run on its way");
        expect_status(subject.table().run_suspend(run.handle()), WFN_OK, "run_suspend");
        const milliseconds took = finish_within(subject, run, promise, "run_suspend");
        expect_manners(run);
        expect_not_ignored(subject, run, took, "run_suspend");
        const wfn::Result result = run.result();
        expect(result.outcome == wfn::Outcome::suspended || result.succeeded(),
               "a run that was suspended ended as " + ended(run), "it ends as suspended");
        expect(!subject.can_resume() || result.outcome != wfn::Outcome::suspended || result.checkpoint,
               "a suspended run has no checkpoint, and the node says that it can resume",
               "give the checkpoint, or leave out WFN_NODE_CAN_RESUME");
        if (result.checkpoint) {
            report.step("resuming the run that was suspended");
            Wanted wanted;
            wanted.checkpoint = result.checkpoint->json;
            WatchedRun& resumed = start(subject, session, wanted);
            finish(subject, resumed);
            expect(resumed.result().succeeded(), "the resumed run ended as " + ended(resumed),
                   "a run goes on from the checkpoint that its suspension gave");
        }
        session.close();
        return "ended as " + ended(run) + " after " + milliseconds_text(took) + slowness(took)
               + (result.checkpoint ? "; resumed, it succeeded" : "");
    });
}

void check_close(Subject& subject, Report& report) {
    const std::size_t threads_before = count_threads();
    std::vector<WatchedRun*> runs;
    make_test(report, "close-live", [&]() -> std::string {
        TestSession session(subject);
        Wanted wanted;
        // Runs that have not paid: they wait for their first checkpoint to be kept.
        WatchedRun::Hooks hooks;
        hooks.on_checkpoint = [](wfn_run*) { return std::optional<bool>(); };
        wanted.flags = unpaid_flags(subject);
        for (int i = 0; i < 3; ++i)
            runs.push_back(&start(subject, session, wanted, hooks));
        runs.front()->wait_checkpoints(1, milliseconds{1000});
        report.step("closing a session with live runs");
        const milliseconds took = session.close();
        for (WatchedRun* run : runs) {
            expect(run->over(), "close returned before the on_complete of a live run",
                   "close ends live runs as suspended, and waits for their callbacks");
            expect_manners(*run);
        }
        expect(subject.table().run_result(runs.front()->handle()) != nullptr,
               "the result of a run is gone after close", "it stays valid until run_release");
        for (const WatchedRun* run : runs)
            expect_status(subject.table().run_release(run->handle()), WFN_OK, "run_release after close");
        return "took " + milliseconds_text(took) + "; 3 runs ended, the first as " + ended(*runs.front());
    });
    make_test(report, "close-threads", [&]() -> std::string {
        expect(threads_fell_to(threads_before),
               counted(count_threads() - threads_before, "thread") + " left after close with live runs",
               "join every thread in close: dlclose removes the code that they run");
        return "none is left";
    });
}

} // namespace cli::check
