// Nodes that do what no node should, and one with every hook, for the tests of module.hpp.
#include <workflow_node/module.hpp>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>

using std::chrono::milliseconds;

namespace {

wfn::NodeInfo info_of(const char* action_id) {
    wfn::NodeInfo info;
    info.action_id = action_id;
    info.title = info.description = action_id;
    info.input_schema_json = info.output_schema_json = R"({"type":"object"})";
    info.can_resume = true;
    return info;
}

// Ends in one of several wrong ways, as its input says.
struct Wrong {
    static wfn::NodeInfo info() { return info_of("wrong"); }
    wfn::Ended run(wfn::Job& job) {
        const std::string how = job.input()["how"].text();
        if (how == "large checkpoint")
            job.checkpoint(wfn::json_string(std::string(WFN_MAX_CHECKPOINT_BYTES, 'x')));
        if (how == "nameless job")
            job.checkpoint("{}", WFN_SUBMITTED);
        if (how == "throws")
            throw std::runtime_error("a \"quoted\" \xff text");
        if (how == "throws a number")
            throw 3; // NOLINT: what this is about
        if (how == "throws after a submit" && job.checkpoint(R"({"job":7})", WFN_SUBMITTED, "seven"))
            throw std::runtime_error("lost");
        if (how == "unknown code")
            return wfn::failed("no_such_code", "");
        if (how == "no JSON")
            return wfn::succeeded("{");
        wfn::Ended end = wfn::failed("internal_error", "as it was meant");
        if (how == "unknown outcome")
            end.outcome = 4;
        if (how == "unknown charge")
            end.charged = 9;
        if (how == "unknown phase")
            job.progress(6, 0, milliseconds(0), "");
        if (how == "unknown submission")
            job.checkpoint("{}", 3);
        if (how == "negative status")
            end.http_status = -7;
        if (how != "stops")
            return end;
        return job.stopped(); // nobody asked
    }
};

// Does not look at what the run is asked for, for a while.
struct Deaf {
    static wfn::NodeInfo info() { return info_of("deaf"); }
    wfn::Ended run(wfn::Job& job) {
        job.checkpoint(R"({"job":7})", WFN_SUBMITTED, "seven");
        std::this_thread::sleep_for(milliseconds(job.input()["ms"].integer()));
        job.warn("late", "after the end");
        job.progress(WFN_RUNNING, 1, milliseconds(0), "after the end");
        return wfn::succeeded("{}");
    }
};

// Many reports at once: 12 changes of the phase, with hundreds of reports within each.
struct Talker {
    static wfn::NodeInfo info() { return info_of("talker"); }
    wfn::Ended run(wfn::Job& job) {
        for (int change = 0; change < 12; ++change)
            for (int report = 0; report < 300; ++report)
                job.progress(change % 2 == 0 ? WFN_RETRYING : WFN_RUNNING, report / 300.0, milliseconds(-1),
                             "Talking");
        return wfn::succeeded("{}");
    }
};

struct PolledTalker {
    static wfn::NodeInfo info() { return info_of("polled_talker"); }
    static wfn::Step start(wfn::Job& job) {
        for (int change = 0; change < 12; ++change)
            for (int report = 0; report < 300; ++report)
                job.progress(change % 2 == 0 ? WFN_RETRYING : WFN_RUNNING, report / 300.0, milliseconds(-1),
                             "Talking");
        return wfn::wait(milliseconds(1200));
    }
    static wfn::Step wake(wfn::Job&) { return wfn::succeeded("{}"); }
};

// A Poller that blocks as only the other tier may, or goes on although it was asked to stop.
struct WrongPoller {
    static wfn::NodeInfo info() { return info_of("wrong_poller"); }
    static wfn::Step start(wfn::Job& job) {
        if (job.input()["how"].text() == "blocks")
            job.wait(milliseconds(1));
        if (job.input()["how"].text() == "throws")
            throw std::runtime_error("in start");
        return wfn::wait(milliseconds(10));
    }
    static wfn::Step wake(wfn::Job&) { return wfn::wait(milliseconds(10)); }
};

// Does not look at what the run is asked for in its first turn.
struct LatePoller {
    static wfn::NodeInfo info() { return info_of("late_poller"); }
    static wfn::Step start(wfn::Job&) { return wfn::wait(std::chrono::minutes(5)); }
    static wfn::Step wake(wfn::Job& job) { return job.stopped(); }
};

// Says how far it is in numbers that are none.
struct Vague {
    static wfn::NodeInfo info() { return info_of("vague"); }
    static wfn::Ended run(wfn::Job& job) {
        job.progress(WFN_PREPARING, std::nan(""), milliseconds(-1), "");
        job.progress(WFN_RUNNING, HUGE_VAL, milliseconds(-1), "");
        return wfn::succeeded("{}");
    }
};

struct Patterned {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info = info_of("patterned");
        info.input_schema_json =
            R"({"type":"object","additionalProperties":false,"patternProperties":{"^x-":{"type":"string"}}})";
        return info;
    }
    static wfn::Ended run(wfn::Job&) { return wfn::succeeded("{}"); }
};

struct Strict {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info = info_of("strict");
        info.input_schema_json = R"({"type":"object","additionalProperties":false})";
        return info;
    }
    static wfn::Ended run(wfn::Job&) { return wfn::succeeded("{}"); }
};

struct NoSchema {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info = info_of("no_schema");
        info.input_schema_json = R"({"type":"object",})";
        return info;
    }
    static wfn::Ended run(wfn::Job&) { return wfn::succeeded("{}"); }
};

// Has a job that is known, and wants another one.
struct Again {
    static wfn::NodeInfo info() { return info_of("again"); }
    static bool read_checkpoint(wfn::Saved& saved) {
        saved.submission = WFN_SUBMITTED;
        saved.job_id = "seven";
        return true;
    }
    static wfn::Ended run(wfn::Job& job) {
        if (job.stopping())
            return wfn::succeeded("\"stopped before it looked\"");
        if (!job.checkpoint("{}", WFN_MAYBE_SUBMITTED))
            return job.stopped();
        return wfn::succeeded("\"submitted\"");
    }
};

struct Hooked {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info = info_of("hooked");
        info.connection = wfn::ConnectionInfo{
            "Service", "service", "",
            R"({"type":"object","required":["api_key"],"properties":{"api_key":{"type":"string"}}})", true};
        info.errors = {{"quota", "Quota", "Too much was asked for", "Wait", true},
                       {"cancelled", "Stopped", "Somebody stopped it", "Start it", false}};
        info.can_resume = false;
        return info;
    }
    static std::vector<wfn::Problem> check(wfn::Json input) { return check(input["even"].integer()); }
    static std::vector<wfn::Problem> check(std::int64_t even) {
        if (even % 2 == 0)
            return {};
        return {{"/even", "must be even"}};
    }
    static std::vector<wfn::Problem> check_connection(wfn::Json connection) {
        if (connection["api_key"].text() != "blank")
            return {};
        return {{"/api_key", "must not be blank"}};
    }
    static wfn::Ended test_connection(wfn::Job& job) {
        if (job.connection()["api_key"].text() == "good")
            return wfn::succeeded({});
        return wfn::failed("invalid_connection", "The service does not take the key");
    }
    static wfn::Ended dry_run(wfn::Job&) { return wfn::succeeded(R"({"requests":[{"method":"POST"}]})"); }
    static wfn::Ended run(wfn::Job& job) {
        if (job.input()["wait"].boolean() && job.wait(std::chrono::minutes(5)))
            return job.stopped();
        wfn::Ended ended = wfn::failed("quota", "No credit is left");
        ended.http_status = 429;
        ended.request_id = "r-1";
        ended.retry_after = milliseconds(1500);
        ended.charged = WFN_NOT_CHARGED;
        ended.details = {{"", "the account's limit"}};
        return ended;
    }
};

} // namespace

WFN_MODULE("odd_nodes", "1.0.0", Wrong, Deaf, Talker, PolledTalker, WrongPoller, LatePoller, Vague, Patterned,
           Strict, NoSchema, Again, Hooked)
