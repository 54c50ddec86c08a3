// The node of delay_echo.cpp as a Poller: its functions say what comes next and never block, so that one
// thread serves thousands of waiting runs. The checkpoints are the same.
#include <workflow_node/module.hpp>

#include <chrono>
#include <cstdio>

using std::chrono::milliseconds;

namespace {

std::int64_t now_ms() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

wfn::Saved submitted(std::int64_t due) {
    char json[64];
    std::snprintf(json, sizeof json, R"({"due_ms":%lld})", static_cast<long long>(due));
    return {json, WFN_SUBMITTED, "the clock's"};
}

struct DelayPoll {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info;
        info.action_id = "delay_poll";
        info.title = "Delay Poll";
        info.description = "Returns a text after a while.";
        info.input_schema_json = R"({"type":"object","required":["text"],"properties":{
            "text":{"type":"string"},"delay_ms":{"type":"integer","minimum":0,"maximum":600000}}})";
        info.output_schema_json =
            R"({"type":"object","required":["text"],"properties":{"text":{"type":"string"}}})";
        info.reports_progress = true;
        info.can_resume = true;
        return info;
    }

    static bool read_checkpoint(wfn::Saved& saved) {
        const wfn::Json due = wfn::Json::parse(saved.json)["due_ms"];
        if (due.type() == wfn::Json::Type::number)
            saved = submitted(due.integer());
        return bool(due);
    }

    wfn::Step start(wfn::Job& job) {
        due = wfn::Json::parse(job.resumed().json)["due_ms"].integer(-1);
        if (due >= 0)
            return look(job);
        return wfn::keep({R"({"due_ms":null})", WFN_MAYBE_SUBMITTED, {}}); // wake() comes when it is kept
    }

    wfn::Step wake(wfn::Job& job) {
        if (job.stopping())
            return job.stopped(std::nullopt, milliseconds(std::max<std::int64_t>(due - now_ms(), 0)));
        if (due >= 0)
            return look(job);
        due = now_ms() + job.input()["delay_ms"].integer(1000); // the submit
        return wfn::keep(submitted(due));
    }

    wfn::Step look(wfn::Job& job) const {
        const std::int64_t left = due - now_ms();
        if (left <= 0)
            return wfn::succeeded("{\"text\":" + wfn::json_string(job.input()["text"].text()) + "}");
        job.progress(WFN_RUNNING, -1, milliseconds(left), "The text is on its way");
        return wfn::wait(milliseconds(left));
    }

    std::int64_t due = -1;
};

} // namespace

WFN_MODULE("delay_poll", "1.0.0", DelayPoll)
