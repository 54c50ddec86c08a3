// A module of one node: it returns a text after a while. The clock stands for a service that takes a job and
// is done with it later; what a paid service needs beside that is in the comments.
#include <workflow_node/module.hpp>

#include <chrono>
#include <cstdio>

using std::chrono::milliseconds;

namespace {

std::int64_t now_ms() { // the calendar's clock, because a checkpoint outlives the process
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

wfn::Saved submitted(std::int64_t due) {
    char json[64];
    std::snprintf(json, sizeof json, R"({"due_ms":%lld})", static_cast<long long>(due));
    return {json, WFN_SUBMITTED, "the clock's"};
}

struct DelayEcho {
    static wfn::NodeInfo info() {
        wfn::NodeInfo info;
        info.action_id = "delay_echo";
        info.title = "Delay Echo";
        info.description = "Returns a text after a while.";
        info.input_schema_json =
            R"({"type":"object","required":["text"],"additionalProperties":false,"properties":{
            "text":{"type":"string","title":"Text","description":"What to return"},
            "delay_ms":{"type":"integer","title":"Delay","minimum":0,"maximum":600000,"default":1000,
                        "description":"How long it takes, in milliseconds"}}})";
        info.output_schema_json = R"({"type":"object","required":["text"],"properties":{
            "text":{"type":"string","title":"Text","description":"The text, unchanged"}}})";
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

    wfn::Ended run(wfn::Job& job) {
        const std::int64_t delay = job.input()["delay_ms"].integer(1000);
        std::int64_t due = wfn::Json::parse(job.resumed().json)["due_ms"].integer(-1);
        if (due < 0) {
            // From here on a submit may have been sent, so the host has to know before it is.
            if (!job.checkpoint(R"({"due_ms":null})", WFN_MAYBE_SUBMITTED))
                return job.stopped();
            job.progress(WFN_SUBMITTING, -1, milliseconds(-1), "Handing the text over");
            due = now_ms() + delay; // a service is called here, with job.run_key() as its idempotency key
            if (!job.checkpoint(submitted(due)))
                return job.stopped(); // if job.cancels_job(), the service is told before
        }
        for (std::int64_t left = due - now_ms(); left > 0; left = due - now_ms()) {
            const double done = delay > 0 ? 1 - double(left) / double(delay) : 1;
            job.progress(WFN_RUNNING, done, milliseconds(left), "The text is on its way");
            if (job.wait(milliseconds(std::min<std::int64_t>(left, 100))))
                return job.stopped(std::nullopt, milliseconds(left));
        }
        return wfn::succeeded("{\"text\":" + wfn::json_string(job.input()["text"].text()) + "}");
    }
};

} // namespace

WFN_MODULE("delay_echo", "1.0.0", DelayEcho)
