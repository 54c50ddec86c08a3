#include "check/scenarios.hpp"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <iterator>
#include <thread>

namespace cli::check {

namespace {

constexpr unsigned child_seconds = 10;

template <class Handle>
Handle* garbage(std::uintptr_t bits) {
    return reinterpret_cast<Handle*>(bits); // NOLINT(performance-no-int-to-ptr): what the test is about
}

// Every function that takes a run answers that this is none.
void expect_no_run(const wfn_module& table, wfn_run* run, const std::string& what, Report& report) {
    const auto call = [&](const char* name) {
        report.step(std::string("calling ") + name + " with " + what);
        return std::string(name) + " with " + what;
    };
    std::string name = call("run_cancel");
    expect_status(table.run_cancel(run), WFN_INVALID_HANDLE, name);
    name = call("run_suspend");
    expect_status(table.run_suspend(run), WFN_INVALID_HANDLE, name);
    name = call("run_checkpoint_saved");
    expect_status(table.run_checkpoint_saved(run, 1), WFN_INVALID_HANDLE, name);
    name = call("run_wait");
    expect_status(table.run_wait(run, 0), WFN_INVALID_HANDLE, name);
    name = call("run_result");
    expect(table.run_result(run) == nullptr, name + " answered a result", "answer NULL");
    name = call("run_release");
    expect_status(table.run_release(run), WFN_INVALID_HANDLE, name);
}

void expect_no_session(const Subject& subject, wfn_session* session, const std::string& what,
                       Report& report) {
    report.step("calling close with " + what);
    expect_status(subject.table().close(session), WFN_INVALID_HANDLE, "close with " + what);
    report.step("calling execute with " + what);
    wfn_request request{};
    request.struct_size = sizeof request;
    request.flags = WFN_VALIDATE_ONLY;
    request.input_json = "{}";
    wfn_run* run = nullptr;
    const wfn_status status = subject.node->get().execute(&subject.node->get(), session, &request, &run);
    expect_status(status, WFN_INVALID_HANDLE, "execute with " + what);
    expect(run == nullptr, "execute refused the call and set *run", "leave *run NULL");
}

const std::uintptr_t garbage_bits[] = {1, 8, 0x1000, 0xdeadbeef, UINTPTR_MAX, UINTPTR_MAX - 7};

wfn_status execute_with(const Subject& subject, wfn_session* session, std::uint32_t flags) {
    wfn_request request{};
    request.struct_size = sizeof request;
    request.flags = flags;
    request.input_json = subject.input.c_str();
    wfn_run* run = nullptr;
    const wfn_status status = subject.node->get().execute(&subject.node->get(), session, &request, &run);
    expect(status == WFN_OK || run == nullptr, "execute refused the call and set *run", "leave *run NULL");
    return status;
}

} // namespace

void check_sessions(Subject& subject, Report& report) {
    const std::size_t threads_before = count_threads();
    make_test(report, "open-close", [&]() -> std::string {
        expect_status(subject.table().open(nullptr, nullptr, nullptr), WFN_INVALID_ARGUMENT,
                      "open without a place for the session");
        TestSession first(subject);
        TestSession second(subject);
        expect(first.get() != second.get(), "two sessions have one handle", "each has its own");
        first.close();
        const auto took = second.close();
        expect_no_session(subject, second.get(), "a session that is closed", report);
        return "two sessions opened; closed in " + milliseconds_text(took);
    });
    make_test(report, "threads", [&]() -> std::string {
        expect(threads_fell_to(threads_before),
               counted(count_threads() - threads_before, "thread") + " left after close",
               "join every thread in close: dlclose removes the code that they run");
        return "none is left after close";
    });
}

void check_handles(Subject& subject, Report& report) {
    make_test(report, "handles", [&]() -> std::string {
        TestSession session(subject);
        expect_no_run(subject.table(), nullptr, "a NULL run", report);
        expect_no_session(subject, nullptr, "a NULL session", report);
        for (const std::uintptr_t bits : garbage_bits) {
            if (garbage<wfn_session>(bits) == session.get())
                continue; // handles may be small numbers
            expect_no_run(subject.table(), garbage<wfn_run>(bits), "a run that is garbage", report);
            expect_no_session(subject, garbage<wfn_session>(bits), "a session that is garbage", report);
        }
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        expect_status(subject.table().run_wait(run.handle(), 5000), WFN_OK, "run_wait after on_complete");
        expect_status(subject.table().run_cancel(run.handle()), WFN_OK, "run_cancel of a run that is over");
        expect_status(subject.table().run_release(run.handle()), WFN_OK, "run_release");
        expect_no_run(subject.table(), run.handle(), "a run that was released", report);
        session.close();
        return "NULL, garbage and stale ones are recognised";
    });
}

void check_arguments(Subject& subject, Report& report) {
    make_test(report, "unknown-flags", [&]() -> std::string {
        const TestSession session(subject);
        for (const std::uint32_t bit : {5u, 6u, 16u, 31u}) {
            report.step("calling execute with the flag 1 << " + std::to_string(bit));
            const wfn_status status = execute_with(subject, session.get(), (1u << bit) | WFN_VALIDATE_ONLY);
            expect_status(status, WFN_INVALID_ARGUMENT,
                          "execute with the flag 1 << " + std::to_string(bit) + ", which does not exist,");
        }
        return "execute refuses flags that do not exist";
    });
    make_test(report, "arguments", [&]() -> std::string {
        const TestSession session(subject);
        const wfn_node& node = subject.node->get();
        wfn_run* run = nullptr;
        report.step("calling execute without a request");
        expect_status(node.execute(&node, session.get(), nullptr, &run), WFN_INVALID_ARGUMENT,
                      "execute without a request");
        wfn_request request{};
        request.struct_size = sizeof request;
        request.flags = WFN_VALIDATE_ONLY;
        report.step("calling execute without an input");
        expect_status(node.execute(&node, session.get(), &request, &run), WFN_INVALID_ARGUMENT,
                      "execute without an input");
        request.input_json = "{}";
        report.step("calling execute without a place for the run");
        expect_status(node.execute(&node, session.get(), &request, nullptr), WFN_INVALID_ARGUMENT,
                      "execute without a place for the run");
        request.struct_size = sizeof request.struct_size;
        report.step("calling execute with a struct_size of 4");
        expect_status(node.execute(&node, session.get(), &request, &run), WFN_INVALID_ARGUMENT,
                      "execute with a struct_size of 4");
        request.struct_size = sizeof request;
        const std::string long_key(WFN_MAX_RUN_KEY_BYTES + 1, 'k');
        request.run_key = long_key.c_str();
        report.step("calling execute with a run key that is too long");
        expect_status(node.execute(&node, session.get(), &request, &run), WFN_INVALID_ARGUMENT,
                      "execute with a run key that is too long");
        return "what is missing, too small or too long is refused";
    });
}

void check_fork(Subject& subject, Report& report) {
    make_test(report, "fork", [&]() -> std::string {
        TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        report.step("using the parent's handles in a process made by fork");
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(child_seconds);
            const wfn_module& table = subject.table();
            int wrong = table.run_cancel(run.handle()) == WFN_INVALID_HANDLE ? 0 : 1;
            wrong |= table.close(session.get()) == WFN_INVALID_HANDLE ? 0 : 2;
            wfn_session* own = nullptr;
            wrong |= table.open(nullptr, nullptr, &own) == WFN_OK && table.close(own) == WFN_OK ? 0 : 4;
            ::_exit(wrong);
        }
        expect(child > 0, "no process could be made", "run it again");
        int status = 0;
        ::waitpid(child, &status, 0);
        const char* advice = "note the process in pthread_atfork, and answer WFN_INVALID_HANDLE in a child";
        expect(!WIFSIGNALED(status),
               WTERMSIG(status) == SIGALRM
                   ? "a call in the child did not return within 10 s"
                   : "a call in the child ended it by signal " + std::to_string(WTERMSIG(status)),
               advice);
        expect(WEXITSTATUS(status) < 8,
               "a call in the child ended it with exit code " + std::to_string(WEXITSTATUS(status)), advice);
        expect((WEXITSTATUS(status) & 1) == 0, "a run of the parent is taken for valid in the child", advice);
        expect((WEXITSTATUS(status) & 2) == 0, "a session of the parent is taken for valid in the child",
               advice);
        expect(WEXITSTATUS(status) == 0, "the child could not open and close a session of its own", advice);
        session.close(); // the parent's still works
        return "a child's copies of handles are invalid; it can open a session";
    });
}

// musl's unloads nothing before the process ends.
#ifdef __GLIBC__
constexpr bool dlclose_unloads = true;
#else
constexpr bool dlclose_unloads = false;
#endif

void check_unload(Subject& subject, Report& report) {
    make_test(report, "unload", [&]() -> std::string {
        const std::string path = subject.path;
        const std::string action(subject.node->action_id());
        const std::size_t threads = count_threads();
        {
            TestSession session(subject);
            Wanted wanted;
            wanted.flags = WFN_VALIDATE_ONLY;
            WatchedRun& run = start(subject, session, wanted);
            finish(subject, run);
            subject.table().run_release(run.handle());
            session.close();
        }
        report.step("unloading the module");
        subject.node.reset();
        subject.module.reset();
        std::this_thread::sleep_for(std::chrono::milliseconds{200}); // a thread that is left runs into it
        expect(threads_fell_to(threads), counted(count_threads() - threads, "thread") + " left after dlclose",
               "join it in close");
        void* still_loaded = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
        expect(!dlclose_unloads || still_loaded == nullptr,
               "dlclose does not unload it, so a newer version needs a new process",
               "link it with module.map of the SDK, or with -fno-gnu-unique, and leave out -z nodelete");
        report.step("loading it a second time");
        subject.module.emplace(wfn::Module::load(path));
        subject.node = subject.module->find(action);
        TestSession again(subject);
        again.close();
        return "it can be unloaded and loaded again";
    });
}

} // namespace cli::check
