// What module.hpp promises in the name of a node, seen through the two example modules, one of each tier.
#include "guest.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace module_hpp_tests {
namespace {

constexpr const char* at_once = R"({"text":"x","delay_ms":0})";
constexpr const char* for_long = R"({"text":"x","delay_ms":600000})";

class BothTiers : public testing::TestWithParam<const char*> {
protected:
    void TearDown() override {
        if (session != nullptr) {
            EXPECT_EQ(WFN_OK, guest->close(session));
        }
    }
    // Until the job is submitted, so that it waits.
    static void wait_until_running(Visit& visit) {
        EXPECT_TRUE(visit.wait_for([&] { return visit.checkpoints.size() == 2; }));
    }

    const Guest guest{GetParam()};
    wfn_session* session = guest.open();
};

TEST_P(BothTiers, RunsAndReturnsTheTextEscaped) {
    Visit visit(guest, R"({"text":"h\u00e9 \"\\\n\ud83d\ude00","delay_ms":20})");
    visit.run(session);
    EXPECT_EQ(WFN_SUCCEEDED, visit.outcome);
    EXPECT_EQ("{\"text\":\"h\u00e9 \\\"\\\\\\u000a\U0001F600\"}", visit.output);
    EXPECT_EQ((std::vector<std::string>{R"({"due_ms":null})", visit.checkpoints.back()}), visit.checkpoints);
    EXPECT_EQ("", visit.checkpoint);
    EXPECT_EQ("[]", visit.warnings);
}

TEST_P(BothTiers, InputsAreCheckedAgainstTheSchemasTopLevel) {
    for (const auto& [input, path] :
         std::vector<std::pair<std::string, std::string>>{{"", "\"\""},
                                                          {"[]", "\"\""},
                                                          {"{}", "/text"},
                                                          {R"({"text":1})", "/text"},
                                                          {R"({"text":"x","delay_ms":1.5})", "/delay_ms"},
                                                          {R"({"text":"x","delay_ms":-1})", "/delay_ms"},
                                                          {"{\"text\":\"\xff\"}", "\"\""},
                                                          {R"({"text":"x"} x)", "\"\""}}) {
        Visit visit(guest, input);
        visit.run(session);
        EXPECT_EQ("invalid_input", visit.code) << input;
        EXPECT_EQ(WFN_NOT_CHARGED, visit.charged);
        EXPECT_NE(std::string::npos, visit.error_json.find(path)) << visit.error_json;
        EXPECT_TRUE(visit.checkpoints.empty());
    }
}

TEST_P(BothTiers, WrongCallsAreAnsweredInTheOrderOfTheHeader) {
    const wfn_node* node = guest.node();
    Visit visit(guest, at_once);
    wfn_run* run = visit.handle;
    const auto refused = [&](auto change) {
        wfn_request request = visit.request;
        change(request);
        const auto status = node->execute(node, nullptr, &request, &run); // the handle is wrong too
        return status == WFN_INVALID_ARGUMENT && run == nullptr;
    };
    EXPECT_EQ(WFN_INVALID_ARGUMENT, node->execute(node, session, &visit.request, nullptr));
    EXPECT_EQ(WFN_INVALID_ARGUMENT, node->execute(nullptr, session, &visit.request, &run));
    EXPECT_EQ(WFN_INVALID_ARGUMENT, node->execute(node, session, nullptr, &run));
    EXPECT_TRUE(refused([](wfn_request& r) { r.struct_size = offsetof(wfn_request, on_attachment) - 1; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.input_json = nullptr; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.flags = 1U << 5U; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.flags = WFN_CHECK_CONNECTION; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.suspend = 3; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.timeout_ms = -1; }));
    EXPECT_TRUE(refused([](wfn_request& r) { r.checkpoint_timeout_ms = -1; }));
    const std::string key(WFN_MAX_RUN_KEY_BYTES + 1, 'k');
    EXPECT_TRUE(refused([&](wfn_request& r) { r.run_key = key.c_str(); }));
    EXPECT_FALSE(refused([&](wfn_request& r) { r.run_key = key.c_str() + 1; }));
    EXPECT_EQ(WFN_INVALID_HANDLE, node->execute(node, nullptr, &visit.request, &run));
    EXPECT_EQ(WFN_INVALID_ARGUMENT, guest->open(nullptr, nullptr, nullptr));
    wfn_session* other = nullptr;
    EXPECT_EQ(WFN_INVALID_ARGUMENT, guest->open(nullptr, "", &other));
    EXPECT_EQ(WFN_INVALID_ARGUMENT, guest->open(nullptr, R"({"threads":1})", &other));
    EXPECT_EQ(nullptr, other);
}

TEST_P(BothTiers, StaleAndGarbageHandlesAreRecognised) {
    Visit visit(guest, at_once);
    wfn_run* stale = visit.run(session).handle;
    EXPECT_EQ(WFN_INVALID_STATE, guest->run_checkpoint_saved(stale, 1));
    EXPECT_EQ(WFN_OK, guest->run_cancel(stale));
    EXPECT_EQ(WFN_OK, guest->run_suspend(stale));
    EXPECT_NE(nullptr, guest->run_result(stale));
    EXPECT_EQ(WFN_OK, guest->run_release(stale));
    visit.handle = nullptr;
    for (wfn_run* handle : {stale, static_cast<wfn_run*>(nullptr), reinterpret_cast<wfn_run*>(1),
                            reinterpret_cast<wfn_run*>(session), reinterpret_cast<wfn_run*>(&visit)}) {
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->run_cancel(handle));
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->run_suspend(handle));
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->run_checkpoint_saved(handle, 1));
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->run_wait(handle, 0));
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->run_release(handle));
        EXPECT_EQ(nullptr, guest->run_result(handle));
        EXPECT_EQ(WFN_INVALID_HANDLE, guest->close(reinterpret_cast<wfn_session*>(
                                          handle == reinterpret_cast<wfn_run*>(session) ? nullptr : handle)));
    }
}

const Guest* guest_of_callback = nullptr;

TEST_P(BothTiers, HostFunctionsInACallbackAreTheWrongThread) {
    guest_of_callback = &guest;
    Visit visit(guest, at_once);
    visit.in_complete = [](wfn_run* run) {
        EXPECT_EQ(WFN_WRONG_THREAD, (*guest_of_callback)->run_wait(run, 0));
        EXPECT_EQ(WFN_WRONG_THREAD, (*guest_of_callback)->run_wait(nullptr, 0)); // comes before the handle
        EXPECT_EQ(WFN_WRONG_THREAD, (*guest_of_callback)->close(nullptr));
        EXPECT_NE(nullptr, (*guest_of_callback)->run_result(run));
        EXPECT_EQ(WFN_OK, (*guest_of_callback)->run_cancel(run));
    };
    EXPECT_EQ(WFN_SUCCEEDED, visit.run(session).outcome);
}

TEST_P(BothTiers, AForkedChildDoesNotKnowItsParentsHandlesAndMayRunItsOwn) {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "this sanitizer starts no threads in a child of a process with threads";
#endif
    Visit visit(guest, for_long);
    ASSERT_EQ(WFN_OK, visit.start(session));
    wait_until_running(visit);
    const pid_t child = fork();
    if (child == 0) {
        bool good = guest->run_cancel(visit.handle) == WFN_INVALID_HANDLE
                    && guest->close(session) == WFN_INVALID_HANDLE;
        Visit own(guest, at_once);
        wfn_session* own_session = nullptr;
        good = good && guest->open(nullptr, nullptr, &own_session) == WFN_OK
               && own.start(own_session) == WFN_OK && guest->run_wait(own.handle, 10'000) == WFN_OK
               && own.outcome == WFN_SUCCEEDED && guest->close(own_session) == WFN_OK;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(child, waitpid(child, &status, 0));
    EXPECT_EQ(0, status);
    EXPECT_EQ(WFN_OK, guest->run_cancel(visit.handle));
    visit.end();
}

TEST_P(BothTiers, NothingGoesOnBeforeTheCheckpointIsKept) {
    Visit visit(guest, at_once);
    visit.answer = Answer::none;
    ASSERT_EQ(WFN_OK, visit.start(session));
    ASSERT_TRUE(visit.wait_for([&] { return visit.checkpoints.size() == 1; }));
    EXPECT_EQ(WFN_TIMED_OUT, guest->run_wait(visit.handle, 50));
    EXPECT_TRUE(visit.phases.empty());
    visit.answer = Answer::kept;
    EXPECT_EQ(WFN_OK, guest->run_checkpoint_saved(visit.handle, 1));
    EXPECT_EQ(WFN_SUCCEEDED, visit.end().outcome);
    EXPECT_EQ(WFN_INVALID_STATE, guest->run_checkpoint_saved(visit.handle, 1));
}

TEST_P(BothTiers, ACheckpointThatIsNotKeptEndsTheRunBeforeItsSubmit) {
    for (const Answer answer : {Answer::not_kept, Answer::none}) {
        Visit visit(guest, at_once);
        visit.answer = answer;
        visit.request.checkpoint_timeout_ms = 30;
        visit.run(session);
        EXPECT_EQ("checkpoint_not_kept", visit.code);
        EXPECT_EQ(WFN_NOT_CHARGED, visit.charged);
        EXPECT_EQ(1U, visit.checkpoints.size());
        EXPECT_EQ("", visit.checkpoint); // its submit was never sent
    }
}

TEST_P(BothTiers, ASubmittedJobThatIsNotKeptGoesOnAndWarns) {
    Visit visit(guest, R"({"text":"x","delay_ms":1})");
    visit.answer = Answer::none;
    ASSERT_EQ(WFN_OK, visit.start(session));
    ASSERT_TRUE(visit.wait_for([&] { return visit.checkpoints.size() == 1; }));
    visit.answer = Answer::not_kept;
    EXPECT_EQ(WFN_OK, guest->run_checkpoint_saved(visit.handle, 1));
    EXPECT_EQ(WFN_SUCCEEDED, visit.end().outcome);
    EXPECT_NE(std::string::npos, visit.warnings.find("checkpoint_not_kept")) << visit.warnings;
}

TEST_P(BothTiers, CancelAndSuspendWorkAtAnyMoment) {
    for (const bool cancel : {true, false}) {
        for (const int moment : {0, 1, 2}) { // at once, amid a checkpoint, while it waits
            Visit visit(guest, for_long);
            visit.answer = moment == 1 ? Answer::none : Answer::kept;
            ASSERT_EQ(WFN_OK, visit.start(session));
            if (moment == 1) {
                ASSERT_TRUE(visit.wait_for([&] { return visit.checkpoints.size() == 1; }));
            }
            if (moment == 2)
                wait_until_running(visit);
            const auto before = std::chrono::steady_clock::now();
            EXPECT_EQ(WFN_OK, cancel ? guest->run_cancel(visit.handle) : guest->run_suspend(visit.handle));
            visit.end();
            EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
            EXPECT_EQ(cancel ? WFN_CANCELLED : WFN_SUSPENDED, visit.outcome) << moment;
            EXPECT_EQ(cancel ? "cancelled" : "", visit.code);
            if (moment == 2) {
                EXPECT_EQ(visit.checkpoints.back(), visit.checkpoint);
            }
        }
    }
}

TEST_P(BothTiers, ARunGoesOnFromItsCheckpoint) {
    Visit first(guest, R"({"text":"x","delay_ms":300})");
    first.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
    first.run(session);
    EXPECT_EQ(WFN_SUSPENDED, first.outcome);
    EXPECT_GE(first.resume_after_ms, 0);

    Visit look(guest, R"({"text":"x","delay_ms":300})"); // takes one look, then suspends again
    look.request.checkpoint_json = first.checkpoint.c_str();
    look.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
    look.run(session);
    EXPECT_EQ(WFN_SUSPENDED, look.outcome);
    EXPECT_EQ(first.checkpoint, look.checkpoint);

    Visit last(guest, R"({"text":"x","delay_ms":300})");
    last.request.checkpoint_json = look.checkpoint.c_str();
    last.request.flags = WFN_COLLECT_ONLY;
    last.run(session);
    EXPECT_EQ(WFN_SUCCEEDED, last.outcome);
    EXPECT_TRUE(last.checkpoints.empty()); // nothing was submitted
}

TEST_P(BothTiers, SuspendAfterWaitsForTheSubmit) {
    Visit visit(guest, for_long);
    visit.request.suspend = WFN_SUSPEND_AFTER;
    visit.request.suspend_after_ms = -5; // is 0
    visit.answer = Answer::none;
    ASSERT_EQ(WFN_OK, visit.start(session));
    ASSERT_TRUE(visit.wait_for([&] { return visit.checkpoints.size() == 1; }));
    EXPECT_EQ(WFN_TIMED_OUT, guest->run_wait(visit.handle, 50));
    visit.answer = Answer::kept;
    EXPECT_EQ(WFN_OK, guest->run_checkpoint_saved(visit.handle, 1));
    EXPECT_EQ(WFN_SUSPENDED, visit.end().outcome);
    EXPECT_EQ(visit.checkpoints.back(), visit.checkpoint);
}

TEST_P(BothTiers, TheDeadlineKeepsTheJob) {
    Visit visit(guest, for_long);
    visit.request.timeout_ms = 50;
    visit.run(session);
    EXPECT_EQ("processing_timeout", visit.code);
    EXPECT_EQ(WFN_MAYBE_CHARGED, visit.charged);
    EXPECT_EQ(visit.checkpoints.back(), visit.checkpoint);
    EXPECT_NE(std::string::npos, visit.error_json.find("\"job_id\":\"the clock's\"")) << visit.error_json;
}

TEST_P(BothTiers, CollectOnlyNeverSubmits) {
    for (const char* checkpoint : {static_cast<const char*>(nullptr), R"({"due_ms":null})"}) {
        Visit visit(guest, at_once);
        visit.request.flags = WFN_COLLECT_ONLY;
        visit.request.checkpoint_json = checkpoint;
        visit.run(session);
        EXPECT_EQ("nothing_to_collect", visit.code);
        EXPECT_EQ(checkpoint == nullptr ? "" : checkpoint, visit.checkpoint);
        EXPECT_EQ(checkpoint == nullptr ? WFN_NOT_CHARGED : WFN_MAYBE_CHARGED, visit.charged);
    }
}

TEST_P(BothTiers, ACheckpointOfSomethingElseIsRefusedAndGivenBack) {
    for (const char* checkpoint : {"{}", "[", "{\"other\":1}"}) {
        Visit visit(guest, at_once);
        visit.request.checkpoint_json = checkpoint;
        visit.run(session);
        EXPECT_EQ("invalid_input", visit.code);
        EXPECT_EQ(checkpoint, visit.checkpoint);
        EXPECT_EQ(WFN_MAYBE_CHARGED, visit.charged);
    }
}

TEST_P(BothTiers, ValidateOnlyAndDryRunSendNothing) {
    Visit valid(guest, for_long);
    valid.request.flags = WFN_VALIDATE_ONLY;
    valid.request.checkpoint_json = R"({"due_ms":null})";
    valid.run(session);
    EXPECT_EQ(WFN_SUCCEEDED, valid.outcome);
    EXPECT_EQ("", valid.output);
    EXPECT_EQ(R"({"due_ms":null})", valid.checkpoint);
    Visit invalid(guest, "{}");
    invalid.request.flags = WFN_VALIDATE_ONLY;
    EXPECT_EQ("invalid_input", invalid.run(session).code);
    Visit dry(guest, for_long);
    dry.request.flags = WFN_DRY_RUN;
    EXPECT_EQ(R"({"requests":[]})", dry.run(session).output);
    Visit untested(guest, for_long);
    untested.request.flags = WFN_VALIDATE_ONLY | WFN_CHECK_CONNECTION;
    untested.request.input_json = nullptr;
    EXPECT_EQ(WFN_SUCCEEDED, untested.run(session).outcome);
    EXPECT_NE(std::string::npos, untested.warnings.find("connection_not_tested"));
}

TEST_P(BothTiers, CallbacksThatThrowCountAsReturned) {
    static std::atomic<int> told = 0, completed = 0;
    told = completed = 0;
    wfn_host host{};
    host.struct_size = sizeof host;
    host.log = [](void*, wfn_log_level level, const char* line) {
        told += level == WFN_LOG_ERROR && std::string(line).find("threw") != std::string::npos ? 1 : 0;
        throw 3; // NOLINT: what a careless host may do
    };
    wfn_session* logged = nullptr;
    ASSERT_EQ(WFN_OK, guest->open(&host, nullptr, &logged));
    Visit visit(guest, R"({"text":"x","delay_ms":20})");
    visit.request.on_progress = [](void*, wfn_run*, const wfn_progress*) {
        throw std::runtime_error("progress");
    };
    visit.request.on_complete = [](void*, wfn_run*, const wfn_result*) {
        ++completed;
        throw 1; // NOLINT: as above
    };
    ASSERT_EQ(WFN_OK, visit.start(logged));
    EXPECT_EQ(WFN_OK, guest->run_wait(visit.handle, longest_wait_ms));
    EXPECT_EQ(WFN_OK, guest->close(logged));
    EXPECT_EQ(1, completed);
    EXPECT_GE(told, 2);
    EXPECT_EQ(WFN_SUCCEEDED, guest->run_result(visit.handle)->outcome); // readable after close
}

TEST_P(BothTiers, CloseSuspendsLiveRunsAndExecuteIsRefusedMeanwhile) {
    static std::atomic<bool> closing, go_on;
    closing = go_on = false;
    Visit slow(guest, for_long);
    slow.in_complete = [](wfn_run*) {
        closing = true;
        while (!go_on)
            std::this_thread::yield();
    };
    Visit other(guest, for_long);
    ASSERT_EQ(WFN_OK, slow.start(session));
    ASSERT_EQ(WFN_OK, other.start(session));
    wait_until_running(slow);
    std::thread closer([&] { EXPECT_EQ(WFN_OK, guest->close(session)); });
    while (!closing)
        std::this_thread::yield();
    Visit late(guest, at_once);
    EXPECT_EQ(WFN_INVALID_STATE, late.start(session));
    EXPECT_EQ(nullptr, late.handle);
    EXPECT_EQ(WFN_INVALID_STATE, guest->close(session));
    go_on = true;
    closer.join();
    EXPECT_EQ(WFN_INVALID_HANDLE, late.start(session));
    EXPECT_EQ(WFN_INVALID_HANDLE, guest->close(session));
    EXPECT_EQ(WFN_SUSPENDED, slow.end().outcome);
    EXPECT_EQ(WFN_SUSPENDED, other.end().outcome);
    session = nullptr;
}

TEST_P(BothTiers, AReleasedRunGoesOnAndItsHandleIsValidInItsCallbacks) {
    guest_of_callback = &guest;
    static std::atomic<bool> completed;
    completed = false;
    Visit visit(guest, for_long);
    visit.in_complete = [](wfn_run* run) {
        EXPECT_NE(nullptr, (*guest_of_callback)->run_result(run));
        EXPECT_EQ(WFN_OK, (*guest_of_callback)->run_release(run));
        completed = true;
    };
    ASSERT_EQ(WFN_OK, visit.start(session));
    wait_until_running(visit);
    EXPECT_EQ(WFN_OK, guest->run_release(visit.handle));
    EXPECT_EQ(WFN_OK, guest->close(session));
    session = nullptr;
    EXPECT_TRUE(completed);
    visit.handle = nullptr;
}

INSTANTIATE_TEST_SUITE_P(Tier, BothTiers, testing::Values(DELAY_ECHO, DELAY_POLL), [](const auto& tier) {
    return std::string(tier.index == 0 ? "Blocking" : "Poller");
});

} // namespace
} // namespace module_hpp_tests
