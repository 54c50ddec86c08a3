#include "run/run_limit.hpp"

#include <utility>

namespace cli {

namespace {

// A module ends a run within 5 s of being asked to; a machine may be busy.
constexpr std::chrono::milliseconds stop_limit{6000};

} // namespace

void RunLimit::watch(wfn::Request& request) {
    request.on_complete = [over = over_, on_complete = std::move(request.on_complete)](const auto& result) {
        *over = true;
        on_complete(result);
    };
    started_at_ = Clock::now();
}

void RunLimit::asked_to_stop() {
    if (!asked_at_)
        asked_at_ = Clock::now();
}

const char* RunLimit::missed() const {
    if (*over_)
        return nullptr;
    const auto now = Clock::now();
    if (asked_at_ && now - *asked_at_ > stop_limit)
        return "when it was asked to";
    return allowed_ && now - started_at_ > *allowed_ + stop_limit ? "at its deadline" : nullptr;
}

std::string never_ended_text(const char* missed, const std::string& consequences) {
    return "the module did not end the run " + std::string(missed) + ", so " + consequences
           + " Report this to the module's author; \"workflow-node check\" tests the module.";
}

} // namespace cli
