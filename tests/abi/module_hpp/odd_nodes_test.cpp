// What module.hpp makes of nodes that break their part of the contract, and of the hooks.
#include "guest.hpp"

#include <workflow_node/module/json.hpp>

#include <fstream>
#include <sstream>
#include <thread>

namespace module_hpp_tests {
namespace {

using std::chrono::steady_clock;

class OddNodes : public testing::Test {
protected:
    void TearDown() override {
        if (session != nullptr) {
            EXPECT_EQ(WFN_OK, guest.operator->()->close(session));
        }
    }
    const Guest guest{ODD_NODES};
    wfn_session* session = guest.open();
};

TEST_F(OddNodes, WhatANodeDoesWrongIsAnInternalError) {
    for (const auto& [node, how, message] :
         std::vector<std::array<std::string, 3>>{{"wrong", "large checkpoint", "16 KiB"},
                                                 {"wrong", "nameless job", "names its job"},
                                                 {"wrong", "throws", R"(a \"quoted\" ? text)"},
                                                 {"wrong", "throws a number", "no std::exception"},
                                                 {"wrong", "unknown code", R"(\"no_such_code\")"},
                                                 {"wrong", "no JSON", "no JSON"},
                                                 {"wrong", "unknown outcome", "outcome that does not exist"},
                                                 {"wrong", "unknown charge", "does not exist"},
                                                 {"wrong", "unknown phase", "phase that does not exist"},
                                                 {"wrong", "unknown submission", "submission that does not"},
                                                 {"wrong", "negative status", "\"http_status\":null"},
                                                 {"wrong", "stops", "not asked to stop"},
                                                 {"wrong_poller", "blocks", "must not block"},
                                                 {"wrong_poller", "throws", "in start"}}) {
        Visit visit(guest, R"({"how":")" + how + "\"}", node);
        visit.run(session);
        EXPECT_EQ(WFN_FAILED, visit.outcome);
        EXPECT_EQ("internal_error", visit.code) << how;
        EXPECT_NE(std::string::npos, visit.error_json.find(message)) << visit.error_json;
        EXPECT_EQ("", visit.checkpoint);
        EXPECT_EQ(WFN_NOT_CHARGED, visit.charged);
    }
}

TEST_F(OddNodes, ASchemaThatIsNoJsonIsAnInternalErrorOfEachRun) {
    Visit visit(guest, "{}", "no_schema");
    visit.run(session);
    EXPECT_EQ("internal_error", visit.code);
    EXPECT_NE(std::string::npos, visit.error_json.find("schema")) << visit.error_json;
}

TEST_F(OddNodes, AFractionThatIsNoNumberIsNotKnown) {
    Visit visit(guest, "{}", "vague");
    visit.run(session);
    EXPECT_EQ((std::vector<double>{-1, 1}), visit.fractions);
}

TEST_F(OddNodes, APollerThatIsStoppedBeforeItsFirstTurnIsWokenAtOnce) {
    for (const bool cancels : {true, false}) {
        Visit visit(guest, "{}", "late_poller");
        const auto before = steady_clock::now();
        ASSERT_EQ(WFN_OK, visit.start(session));
        ASSERT_EQ(WFN_OK, (cancels ? guest->run_cancel : guest->run_suspend)(visit.handle));
        visit.end();
        EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(2));
        EXPECT_EQ(cancels ? WFN_CANCELLED : WFN_SUSPENDED, visit.outcome);
    }
}

TEST_F(OddNodes, AMemberThatAPatternMayAllowIsTaken) {
    Visit visit(guest, R"({"x-a":"b"})", "patterned");
    EXPECT_EQ("{}", visit.run(session).output) << visit.error_json;
}

TEST_F(OddNodes, TheErrorOfAnInputIsBounded) {
    std::string many = "{", long_names = "{";
    for (int i = 0; i < 1000; ++i)
        many += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0";
    for (int i = 0; i < 15; ++i)
        long_names += (i == 0 ? "\"" : ",\"") + std::string(1000, 'a') + std::to_string(i) + "\":0";
    Visit visit(guest, many + "}", "strict");
    EXPECT_EQ("invalid_input", visit.run(session).code);
    EXPECT_LT(visit.error_json.size(), 4096U);
    EXPECT_NE(std::string::npos, visit.error_json.find("/m19 not known; and 980 more"));
    EXPECT_EQ(std::string::npos, visit.error_json.find("/m20"));
    Visit wide(guest, long_names + "}", "strict");
    EXPECT_LT(wide.run(session).error_json.size(), 16384U);
    EXPECT_NE(std::string::npos, wide.error_json.find("and 10 more")) << wide.error_json;
}

TEST(ModuleJson, AnEscapeIsNotANul) {
    EXPECT_FALSE(wfn::Json::parse({"\"\\\0\"", 4}));
    EXPECT_FALSE(wfn::Json::parse({"\"\\u00\0\0\"", 8}));
    EXPECT_EQ("\n", wfn::Json::parse({"\"\\n\"", 4}).text());
}

TEST_F(OddNodes, AnInternalErrorCarriesTheLastCheckpoint) {
    Visit visit(guest, R"({"how":"throws after a submit"})", "wrong");
    visit.run(session);
    EXPECT_EQ("internal_error", visit.code);
    EXPECT_EQ(R"({"job":7})", visit.checkpoint);
    EXPECT_EQ(WFN_MAYBE_CHARGED, visit.charged);
    EXPECT_NE(std::string::npos, visit.error_json.find("\"job_id\":\"seven\""));
}

TEST_F(OddNodes, CollectOnlyHoldsForNodesThatDoNotAskForIt) {
    Visit anew(guest, R"({"how":"throws"})", "wrong"); // its code is not even called
    anew.request.flags = WFN_COLLECT_ONLY;
    EXPECT_EQ("nothing_to_collect", anew.run(session).code);
    Visit unknown(guest, R"({"how":"throws"})", "wrong"); // it has no read_checkpoint
    unknown.request.flags = WFN_COLLECT_ONLY;
    unknown.request.checkpoint_json = R"({"job":7})";
    EXPECT_EQ("nothing_to_collect", unknown.run(session).code);
    EXPECT_EQ(R"({"job":7})", unknown.checkpoint);
    Visit again(guest, "{}", "again");
    again.request.flags = WFN_COLLECT_ONLY;
    again.request.checkpoint_json = R"({"job":7})";
    EXPECT_EQ("nothing_to_collect", again.run(session).code);
    EXPECT_EQ(R"({"job":7})", again.checkpoint);
}

TEST_F(OddNodes, AResumedRunMayLookBeforeItIsSuspended) {
    Visit again(guest, "{}", "again");
    again.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
    again.request.checkpoint_json = R"({"job":7})";
    EXPECT_EQ("\"submitted\"", again.run(session).output);
}

TEST_F(OddNodes, ANodeThatDoesNotListenIsEndedWithinFiveSeconds) {
    Visit deaf(guest, R"({"ms":5200})", "deaf");
    Visit endless(guest, "{}", "wrong_poller");
    ASSERT_EQ(WFN_OK, deaf.start(session));
    ASSERT_EQ(WFN_OK, endless.start(session));
    ASSERT_TRUE(deaf.wait_for([&] { return !deaf.checkpoints.empty(); }));
    const auto before = steady_clock::now();
    EXPECT_EQ(WFN_OK, guest->run_cancel(deaf.handle));
    EXPECT_EQ(WFN_OK, guest->run_suspend(endless.handle));
    deaf.end();
    endless.end();
    EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(5));
    EXPECT_EQ("cancelled", deaf.code);
    EXPECT_EQ(R"({"job":7})", deaf.checkpoint);
    EXPECT_EQ(WFN_SUSPENDED, endless.outcome);
    EXPECT_EQ(WFN_OK, guest->close(session)); // waits for the thread, whose later words count for nothing
    session = nullptr;
    EXPECT_EQ(1, deaf.completions);
    EXPECT_TRUE(deaf.phases.empty());
    EXPECT_EQ("[]", deaf.warnings);
}

TEST_F(OddNodes, ProgressComesTenTimesASecondWithEveryPhase) {
    for (const char* talker : {"talker", "polled_talker"}) {
        Visit visit(guest, "{}", talker);
        visit.run(session);
        EXPECT_EQ(WFN_SUCCEEDED, visit.outcome);
        std::vector<wfn_phase> changes;
        for (const wfn_phase phase : visit.phases)
            if (changes.empty() || changes.back() != phase)
                changes.push_back(phase);
        EXPECT_EQ(12U, changes.size()) << talker;
        for (std::size_t i = 10; i < visit.progress_at.size(); ++i)
            EXPECT_GE(visit.progress_at[i] - visit.progress_at[i - 10], std::chrono::milliseconds(950)) << i;
    }
}

TEST_F(OddNodes, ChecksOfTheNodeComeAfterTheSchema) {
    const auto code = [&](const char* input, const char* connection, std::uint32_t flags) {
        Visit visit(guest, input, "hooked");
        visit.request.connection_json = connection;
        visit.request.flags = flags;
        visit.run(session);
        return visit.code + visit.output;
    };
    constexpr std::uint32_t check = WFN_VALIDATE_ONLY | WFN_CHECK_CONNECTION;
    EXPECT_EQ("invalid_connection", code("{}", nullptr, 0));
    EXPECT_EQ("invalid_connection", code("{}", "", WFN_VALIDATE_ONLY));
    EXPECT_EQ("invalid_connection", code("{}", R"({"api_key":"blank"})", WFN_VALIDATE_ONLY));
    EXPECT_EQ("invalid_input", code(R"({"even":1})", R"({"api_key":"bad"})", WFN_VALIDATE_ONLY));
    EXPECT_EQ("", code(R"({"even":2})", R"({"api_key":"bad"})", WFN_VALIDATE_ONLY));
    EXPECT_EQ("invalid_connection", code("{}", R"({"api_key":"bad"})", check));
    EXPECT_EQ("", code("{}", R"({"api_key":"good"})", check));
    EXPECT_EQ(R"({"requests":[{"method":"POST"}]})", code("{}", R"({"api_key":"good"})", WFN_DRY_RUN));
}

TEST_F(OddNodes, AnErrorHasAllItsMembers) {
    Visit visit(guest, "{}", "hooked");
    visit.request.connection_json = R"({"api_key":"good"})";
    visit.run(session);
    EXPECT_EQ(
        R"({"type":"Quota","code":"quota","message":"No credit is left","cause":"Too much was asked for",)"
        R"("solution":"Wait","retryable":true,"retry_after_ms":1500,"charged":"no","http_status":429,)"
        R"("request_id":"r-1","job_id":null,"details":[{"path":"","message":"the account's limit"}]})",
        visit.error_json);
    const std::string errors = guest.node("hooked")->errors_json;
    for (const char* listed : {"quota", "Stopped", "invalid_input", "invalid_connection",
                               "processing_timeout", "nothing_to_collect", "internal_error"})
        EXPECT_NE(std::string::npos, errors.find(std::string("\"") + listed + "\"")) << errors;
    EXPECT_EQ(std::string::npos, errors.find("\"Cancelled\"")); // the node's own wording counts
}

// How often the text stands in the process's writable memory. It is built where it is looked for only.
std::size_t count_in_memory(const std::string& halves) {
    std::ifstream maps("/proc/self/maps");
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::size_t found = 0;
    std::string line, bytes;
    while (std::getline(maps, line)) {
        std::uintptr_t begin = 0, end = 0;
        char dash = 0, readable = 0, writable = 0;
        std::istringstream(line) >> std::hex >> begin >> dash >> end >> readable >> writable;
        if (writable != 'w' || line.find("[stack") != std::string::npos)
            continue;
        bytes.resize(end - begin);
        memory.clear();
        memory.seekg(static_cast<std::streamoff>(begin));
        memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        const auto half = static_cast<std::ptrdiff_t>(halves.size() / 2);
        for (auto at = bytes.begin(); at + half * 2 <= bytes.end(); ++at) {
            at = std::find(at, bytes.end() - half * 2, halves.back());
            if (std::equal(at, at + half * 2, halves.rbegin()))
                ++found;
        }
    }
    return found;
}

TEST_F(OddNodes, TheConnectionIsWipedWhenTheRunEnds) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's shadow is too large to search";
#endif
    std::string reversed; // so that the search finds no copy of its own
    std::string secret = R"({"api_key":"S3cret-of-the-test-0123456789-abcdefghijklmnopqrstuvwxyz"})";
    reversed.assign(secret.rbegin(), secret.rend());
    reversed.resize(reversed.size() / 2 * 2);
    Visit visit(guest, R"({"wait":true})", "hooked");
    visit.request.connection_json = secret.c_str();
    ASSERT_EQ(WFN_OK, visit.start(session));
    std::fill(secret.begin(), secret.end(), ' ');
    EXPECT_EQ(1U, count_in_memory(reversed)); // the run's
    EXPECT_EQ(WFN_OK, guest->run_cancel(visit.handle));
    visit.end();
    EXPECT_EQ(0U, count_in_memory(reversed));
}

} // namespace
} // namespace module_hpp_tests
