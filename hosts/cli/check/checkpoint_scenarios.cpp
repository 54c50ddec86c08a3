#include "check/scenarios.hpp"
#include "journal/module_check.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace cli::check {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_checkpoint_within{20000};

void need_checkpoints(const Subject& subject) {
    if (!subject.can_resume())
        skip("the node does not have WFN_NODE_CAN_RESUME");
}

void expect_sane(const wfn::Checkpoint& checkpoint) {
    expect(checkpoint.json.size() <= WFN_MAX_CHECKPOINT_BYTES,
           "a checkpoint has " + std::to_string(checkpoint.json.size()) + " bytes",
           "a checkpoint has at most " + std::to_string(WFN_MAX_CHECKPOINT_BYTES) + " bytes");
    expect(durable::parse_module_json(checkpoint.json).has_value(), "a checkpoint is not JSON",
           "a host keeps it as JSON");
    expect(checkpoint.submission >= wfn::Submission::maybe && checkpoint.submission <= wfn::Submission::yes,
           "the checkpoint's submission is not one of node.h", "see wfn_submission");
    expect(checkpoint.submission != wfn::Submission::yes || !checkpoint.job_id.empty(),
           "a checkpoint says WFN_SUBMITTED and names no job", "set its job_id");
    expect(checkpoint.submission == wfn::Submission::yes || checkpoint.job_id.empty(),
           "a checkpoint names a job and does not say WFN_SUBMITTED", "leave its job_id NULL");
}

} // namespace

void check_checkpoint_answers(Subject& subject, Report& report) {
    const WatchedRun* answered_run = nullptr;
    make_test(report, "checkpoint-answers", [&]() -> std::string {
        need_checkpoints(subject);
        const wfn_module& table = subject.table();
        TestSession session(subject);
        WatchedRun::Hooks hooks;
        hooks.on_checkpoint = [](wfn_run*) { return std::optional<bool>(); };
        WatchedRun& run = start(subject, session, {}, hooks);
        answered_run = &run;
        report.step("waiting for the first checkpoint");
        if (!run.wait_checkpoints(1, first_checkpoint_within))
            skip("the run gave no checkpoint");
        std::this_thread::sleep_for(milliseconds{100});
        expect(!run.over() && run.checkpoints().size() == 1
                   && !run.came_to_phase_after_checkpoint(WFN_RUNNING),
               "the run went on although its checkpoint was not answered",
               "wait for run_checkpoint_saved, at most checkpoint_timeout_ms");
        report.step("answering a checkpoint from another thread");
        std::size_t answered = 0;
        const auto until = WatchedRun::Clock::now() + subject.limit;
        while (!run.over() && WatchedRun::Clock::now() < until) {
            if (run.checkpoints().size() == answered) {
                run.wait_checkpoints(answered + 1, milliseconds{100});
                continue;
            }
            ++answered;
            // The callback may still be on its way back.
            expect_status(table.run_checkpoint_saved(run.handle(), 1), WFN_OK, "the answer to a checkpoint");
            const wfn_status again = table.run_checkpoint_saved(run.handle(), 1);
            if (again == WFN_OK && run.wait_checkpoints(answered + 1, milliseconds{1000}))
                ++answered; // the next one had come meanwhile, and that was the answer to it
            else
                expect(again == WFN_INVALID_STATE, "a second answer was answered with " + status_name(again),
                       "answer WFN_INVALID_STATE");
        }
        finish(subject, run);
        report.step("answering after the end");
        expect_status(table.run_checkpoint_saved(run.handle(), 1), WFN_INVALID_STATE,
                      "an answer after the end of the run");
        expect_manners(run);
        expect(run.result().succeeded() || subject.usual.count() < 0,
               "a run whose checkpoints were answered late ended as " + ended(run),
               "the answer may come from any thread, until checkpoint_timeout_ms");
        session.close();
        return counted(answered, "checkpoint") + ", answered from another thread";
    });
    const auto given = answered_run != nullptr ? answered_run->checkpoints() : std::vector<wfn::Checkpoint>();
    make_test(report, "checkpoint-form", [&]() -> std::string {
        need_checkpoints(subject);
        if (given.empty())
            skip("the run gave no checkpoint");
        std::size_t largest = 0;
        for (const wfn::Checkpoint& checkpoint : given) {
            expect_sane(checkpoint);
            largest = std::max(largest, checkpoint.json.size());
        }
        return "at most " + std::to_string(largest) + " bytes of JSON";
    });
    make_test(report, "resume", [&]() -> std::string {
        need_checkpoints(subject);
        if (given.empty())
            skip("the run gave no checkpoint");
        TestSession session(subject);
        std::string ends;
        std::size_t resumed = 0;
        for (const wfn::Checkpoint& checkpoint : given) {
            if (checkpoint.json.size() > WFN_MAX_CHECKPOINT_BYTES)
                skip("a checkpoint is larger than the boundary allows");
            report.step("resuming from a checkpoint");
            Wanted wanted;
            wanted.checkpoint = checkpoint.json;
            // What may not have been submitted is only collected: resuming it would make a second job. Where
            // there is no service it costs no more than time, for which one of many is enough.
            const bool costs_nothing = subject.node->get().connection == nullptr
                                       && checkpoint.submission == wfn::Submission::no
                                       && &checkpoint == &given.back();
            const bool goes_on = checkpoint.submission == wfn::Submission::yes || costs_nothing;
            wanted.flags = goes_on ? 0 : WFN_COLLECT_ONLY;
            resumed += goes_on ? 1 : 0;
            WatchedRun& run = start(subject, session, wanted);
            finish(subject, run);
            expect_manners(run);
            if (goes_on)
                ends += (ends.empty() ? "" : ", ") + ended(run);
            expect(!goes_on || run.result().succeeded(),
                   "a run that went on from its checkpoint ended as " + ended(run),
                   "a job that is known can be collected, and work that was not submitted begun");
        }
        session.close();
        if (resumed == 0)
            skip("no checkpoint names a job, and going on from another one might make a second job");
        return "from " + std::to_string(resumed) + " of " + std::to_string(given.size()) + ": " + ends;
    });
}

void check_refused_checkpoint(Subject& subject, Report& report) {
    make_test(report, "checkpoint-refused", [&]() -> std::string {
        need_checkpoints(subject);
        TestSession session(subject);
        WatchedRun::Hooks hooks;
        hooks.on_checkpoint = [](wfn_run*) { return std::optional(false); };
        WatchedRun& run = start(subject, session, {}, hooks);
        if (!run.wait_checkpoints(1, first_checkpoint_within))
            skip("the run gave no checkpoint");
        if (run.checkpoints().front().submission == wfn::Submission::yes)
            skip("the first checkpoint comes after the submit");
        finish_within(subject, run, promise, "run_checkpoint_saved with 0");
        const wfn::Result result = run.result();
        expect(result.error && result.error->code == "checkpoint_not_kept",
               "a run whose checkpoint was not kept ended as " + ended(run),
               "before a submit it ends as checkpoint_not_kept");
        expect(result.error->retryable && result.error->charged == wfn::Charge::no,
               "checkpoint_not_kept does not say that nothing was charged and that it may be retried",
               "end it unpaid and retryable");
        report.step("leaving a checkpoint without an answer");
        Wanted wanted;
        wanted.checkpoint_timeout_ms = 200;
        hooks.on_checkpoint = [](wfn_run*) { return std::optional<bool>(); };
        WatchedRun& silent = start(subject, session, wanted, hooks);
        expect(silent.wait_checkpoints(1, first_checkpoint_within), "the second run gave no checkpoint",
               "give the same checkpoints every time");
        finish_within(subject, silent, promise, "checkpoint_timeout_ms of 200");
        expect(silent.result().error && silent.result().error->code == "checkpoint_not_kept",
               "a run whose checkpoint was not answered in time ended as " + ended(silent),
               "before a submit it ends as checkpoint_not_kept");
        session.close();
        return "not kept, or no answer in time: the run ends unpaid";
    });
}

void check_collect_only(Subject& subject, Report& report) {
    make_test(report, "collect-only", [&]() -> std::string {
        TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_COLLECT_ONLY;
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        expect_manners(run);
        expect(!run.was_in_phase(WFN_SUBMITTING), "a run that only collects came to the phase of submitting",
               "with WFN_COLLECT_ONLY nothing is ever submitted");
        const wfn::Result result = run.result();
        expect(result.error && result.error->code == "nothing_to_collect",
               "a run that has nothing to collect ended as " + ended(run),
               "without a job it ends as nothing_to_collect");
        session.close();
        return "without a job it ends as nothing_to_collect";
    });
}

} // namespace cli::check
