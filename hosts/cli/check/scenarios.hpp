#pragma once

#include "check/report.hpp"
#include "check/subject.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cli::check {

// Some tests that are made one after the other in one process.
struct Scenario {
    const char* name;
    std::vector<const char*> tests;
    std::chrono::seconds limit; // beside the time that its runs may take
    int runs;                   // how many times it waits for a run that is not stopped
    void (*make)(Subject&, Report&);
};

// In the order in which they are made. The first needs no run and tells whether others can be made.
const std::vector<Scenario>& scenarios();

// Makes the test: what it returns is what was seen.
template <class Test>
void make_test(Report& report, const char* name, Test test) {
    report.begin(name);
    try {
        report.pass(test());
    } catch (const Failed& failed) {
        report.fail(failed.seen, failed.advice);
    } catch (const Skipped& skipped) {
        report.skip(skipped.why);
    }
}

// table_scenarios.cpp: what the module says of itself.
void check_table(Subject& subject, Report& report);
void check_errors(Subject& subject, Report& report);
// session_scenarios.cpp: sessions, threads, handles.
void check_sessions(Subject& subject, Report& report);
void check_handles(Subject& subject, Report& report);
void check_arguments(Subject& subject, Report& report);
void check_fork(Subject& subject, Report& report);
void check_unload(Subject& subject, Report& report);
// run_scenarios.cpp: runs from start to end.
void check_run(Subject& subject, Report& report);
void check_callback_threads(Subject& subject, Report& report);
void check_throwing(Subject& subject, Report& report);
void check_early_release(Subject& subject, Report& report);
void check_late_release(Subject& subject, Report& report);
// stop_scenarios.cpp: cancel, suspend, close.
void check_early_cancel(Subject& subject, Report& report);
void check_cancel(Subject& subject, Report& report);
void check_suspend(Subject& subject, Report& report);
void check_close(Subject& subject, Report& report);
// file_scenarios.cpp: files of the host.
void check_files(Subject& subject, Report& report);
// checkpoint_scenarios.cpp: checkpoints and collecting.
void check_checkpoint_answers(Subject& subject, Report& report);
void check_refused_checkpoint(Subject& subject, Report& report);
void check_resume(Subject& subject, Report& report);
void check_collect_only(Subject& subject, Report& report);

} // namespace cli::check
