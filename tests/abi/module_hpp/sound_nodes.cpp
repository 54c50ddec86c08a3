// Nodes that keep to the contract in ways that a test of them may take for a fault.
#include <workflow_node/module.hpp>

#include <chrono>
#include <string>

using std::chrono::milliseconds;

namespace {

// Says that it runs before its first checkpoint, counts on from one, and has no service.
struct Counter {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info;
        info.action_id = "counter";
        info.title = "Counter";
        info.description = "Counts to ten.\nSlowly.";
        info.input_schema_json = info.output_schema_json = R"({"type":"object"})";
        info.examples_json = R"([{"title":"Count","input":{},"output":{"count":10}}])";
        info.can_resume = info.reports_progress = true;
        return info;
    }
    static bool read_checkpoint(wfn::Saved& saved) {
        saved.submission = WFN_NOT_SUBMITTED;
        return wfn::Json::parse(saved.json)["count"].integer(-1) >= 0;
    }
    static wfn::Ended run(wfn::Job& job) {
        std::int64_t count = wfn::Json::parse(job.resumed().json)["count"].integer(0);
        for (; count < 10; ++count) {
            job.progress(WFN_RUNNING, static_cast<double>(count) / 10, milliseconds(-1), "Counting");
            if (!job.checkpoint("{\"count\":" + std::to_string(count) + "}") || job.wait(milliseconds(40)))
                return job.stopped();
        }
        return wfn::succeeded(R"({"count":10})");
    }
};

} // namespace

WFN_MODULE("sound_nodes", "1.0.0", Counter)
