// Row hostile-replies: one run for each reply of the list, on one session.
#include "hostile_case.hpp"
#include "node_runs.hpp"
#include "process_memory.hpp"
#include "report.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace faults {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test_support::ScriptedServer;

constexpr std::size_t runs_at_once = 24;
constexpr int request_timeout_ms = 1000;
constexpr auto run_timeout = 2000ms;
constexpr auto cancel_bound = 5000ms;
constexpr auto grace = 1000ms; // for two dozen runs and their server on a few processors
constexpr std::size_t max_growth_kib = 4096;

HostileCases list_cases(const std::string& elsewhere, bool is_short) {
    HostileCases all;
    add_framing(all);
    add_json_texts(all);
    add_videos(all);
    add_words_and_names(all);
    add_status_codes(all);
    add_lures(all, elsewhere);
    add_cuts(all);
    add_wrong_types(all);
    if (!is_short)
        return all;
    HostileCases some;
    for (std::size_t i = 0; i < all.size(); i += 6)
        some.push_back(all[i]);
    return some;
}

bool has_control_character(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// The service: the run's key says which case it is.
class HostileService {
public:
    explicit HostileService(const HostileCases& cases)
        : cases_(cases), server_([this](const Request& request) { return answer(request); },
                                 ScriptedServer::Requests::not_kept) {}

    std::string base_url() const { return server_.base_url(); }
    std::size_t smuggled() const { return smuggled_; }

    static std::string key_of(std::size_t number) {
        char key[32];
        std::snprintf(key, sizeof key, "secret-key-%04zu", number);
        return key;
    }

private:
    Reply answer(const Request& request) {
        smuggled_ += request.headers.contains("x-smuggled") ? 1U : 0U;
        const auto key = request.headers.at("authorization").substr(std::string("Bearer ").size());
        const auto& one = cases_.at(std::stoul(key.substr(key.rfind('-') + 1)));
        const auto where = request.method == "POST"  ? Where::submit
                           : request.method == "GET" ? Where::poll
                                                     : Where::cancel;
        if (where == Where::poll && one.where == Where::cancel)
            return json_reply(200, R"({"status": "running", "progress": 0.25})");
        if (where != one.where)
            return json_reply(good_status(where), good_body(where));
        auto reply = one.reply;
        const std::string placeholder = key_placeholder;
        if (const auto at = reply.body.find(placeholder); at != std::string::npos)
            reply.body.replace(at, placeholder.size(), key);
        return reply;
    }

    const HostileCases& cases_;
    std::atomic<std::size_t> smuggled_ = 0;
    ScriptedServer server_; // last: its thread uses the members above
};

// What a run did wrong; empty: nothing.
std::string fault_of(const HostileCase& one, const std::string& key, const wfn::Result& result,
                     const test_support::LiveRun::Heard& heard) {
    if (heard.completions != 1)
        return "reported " + std::to_string(heard.completions) + " times";
    const bool is_error = result.error.has_value();
    const auto all = result.output_json + result.warnings_json
                     + (result.checkpoint ? result.checkpoint->json : "")
                     + (is_error ? result.error->json : "");
    if (all.find(key) != std::string::npos)
        return "tells the API key";
    if (result.succeeded()) {
        const bool may = one.where != Where::cancel && one.end != HostileCase::End::error;
        return may && test_support::video_of(result) == true_video ? "" : "a success that should not be";
    }
    if (one.end == HostileCase::End::video && one.where != Where::cancel)
        return "not the video";
    if (!is_error || result.error->code == "internal_error" || result.error->message.empty())
        return "no clear error";
    if (one.where == Where::cancel && result.outcome != wfn::Outcome::cancelled)
        return "not cancelled";
    if (has_control_character(result.error->message))
        return "a control character in the message";
    const auto charged = error_text(result, "charged"); // parses the error, so it is valid JSON in UTF-8
    if (charged == "no" && !(one.where == Where::submit && one.denies_the_job))
        return "charged: no, which nobody knows";
    for (const auto& progress : heard.progress)
        if (has_control_character(progress.message))
            return "a control character in its progress";
    return {};
}

struct Tally {
    std::mutex mutex; // of all
    std::map<std::string, std::size_t> codes;
    std::size_t wrong = 0;
    std::size_t late = 0;
};

void run_case(test_support::NodeHost& host, const HostileService& service, const HostileCase& one,
              std::size_t number, Tally& tally) {
    const auto key = HostileService::key_of(number);
    auto spec = spec_for(service.base_url(), "Hostile " + std::to_string(number));
    spec.connection["api_key"] = key;
    spec.connection["request_timeout_ms"] = request_timeout_ms;
    const bool cancels = one.where == Where::cancel;
    spec.timeout = cancels ? test_support::long_enough : run_timeout;
    const auto live = host.start(spec);
    if (cancels && !live->wait_for_progress([](const wfn::Progress& p) { return p.fraction == 0.25; }))
        say(one.name + ": never ran");
    const auto from = Clock::now();
    if (cancels)
        live->run().cancel();
    std::string fault;
    std::string code = "never ended";
    bool is_late = true;
    try {
        const auto result = live->result();
        is_late = Clock::now() - from > (cancels ? cancel_bound : run_timeout) + grace;
        code = result.error ? result.error->code : wfn::to_string(result.outcome);
        fault = fault_of(one, key, result, live->heard());
        if (!fault.empty())
            fault += ": " + test_support::describe(result).substr(0, 400);
    } catch (const std::exception& trouble) {
        fault = trouble.what();
    }
    if (!fault.empty() || is_late)
        say(one.name + ": " + (is_late ? "late; " : "") + fault);
    const std::lock_guard lock(tally.mutex);
    ++tally.codes[code];
    tally.wrong += fault.empty() ? 0U : 1U;
    tally.late += is_late ? 1U : 0U;
}

std::string text_of(const std::map<std::string, std::size_t>& codes) {
    std::string text;
    for (const auto& [code, count] : codes)
        text += (text.empty() ? "" : ", ") + code + " " + std::to_string(count);
    return text;
}

std::size_t lines_with_a_key_or_a_break(const test_support::NodeHost& host) {
    std::size_t count = 0;
    for (const auto& line : host.log())
        count +=
            line.text.find("secret-key") != std::string::npos || has_control_character(line.text) ? 1U : 0U;
    return count;
}

std::string growth_text(std::size_t kib) {
    return std::to_string(kib / 1024) + "." + std::to_string(kib % 1024 * 10 / 1024) + " MiB";
}

std::size_t growth(std::size_t before, std::size_t after) {
    return after > before ? after - before : 0;
}

Finding measure_list(bool is_short) {
    std::atomic<std::size_t> requests_elsewhere = 0;
    ScriptedServer elsewhere([&](const Request&) {
        ++requests_elsewhere;
        return json_reply(200, good_body(Where::poll));
    });
    const auto cases = list_cases("127.0.0.1:" + std::to_string(elsewhere.port()), is_short);
    HostileService service(cases);
    test_support::NodeHost host;
    Tally tally;
    const auto run = [&](std::size_t i) { run_case(host, service, cases[i], i, tally); };
    for_each("hostile replies, warming up", cases.size() / 4, runs_at_once, run);
    tally.codes.clear();
    tally.wrong = tally.late = 0;
    const auto before = resident_kib();
    for_each("hostile replies", cases.size(), runs_at_once, run);
    const auto grown = growth(before, resident_kib());

    Finding finding;
    finding.test_case = std::to_string(cases.size()) + " hostile replies";
    finding.measured =
        "0 crashes, " + std::to_string(tally.wrong) + " wrong ends, " + std::to_string(tally.late)
        + " late, memory grew " + growth_text(grown) + ", " + std::to_string(requests_elsewhere)
        + " requests to another origin, " + std::to_string(service.smuggled()) + " smuggled headers, "
        + std::to_string(lines_with_a_key_or_a_break(host)) + " bad log lines; ends: " + text_of(tally.codes);
    finding.bar =
        "each ends in time, with a clear error or the true video; less than 4 MiB; nothing elsewhere";
    finding.met = tally.wrong == 0 && tally.late == 0 && grown < max_growth_kib && requests_elsewhere == 0
                  && service.smuggled() == 0 && lines_with_a_key_or_a_break(host) == 0;
    return finding;
}

Finding measure_large_bodies() {
    HostileCases cases;
    add_large_bodies(cases);
    HostileService service(cases);
    test_support::NodeHost host;
    Tally tally;
    run_case(host, service, cases.front(), 0, tally); // warms up
    tally.wrong = tally.late = 0;
    resident_kib();
    peak_kib_since_last_call();
    const auto before = resident_kib();
    for (std::size_t i = 0; i < cases.size(); ++i)
        run_case(host, service, cases[i], i, tally);
    const auto grown = growth(before, peak_kib_since_last_call());

    Finding finding;
    finding.test_case = "bodies of 300 MB, " + std::to_string(cases.size()) + " one by one";
    finding.measured = std::to_string(tally.wrong) + " wrong ends, " + std::to_string(tally.late)
                       + " late; memory at its peak " + growth_text(grown) + " above before";
    finding.bar = "a clear error in time; less than 4 MiB at the peak";
    finding.met = tally.wrong == 0 && tally.late == 0 && grown < max_growth_kib;
    return finding;
}

} // namespace

std::vector<Finding> measure_hostile_replies(const Options& options) {
    auto large = measure_large_bodies(); // first, while little memory is there to be used again
    return {measure_list(options.is_short), std::move(large)};
}

} // namespace faults
