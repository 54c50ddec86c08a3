#include "job/run_report.hpp"

#include "base/plain_text.hpp"
#include "base/secret.hpp"

#include <utility>

namespace job_engine {
namespace {

std::string usual_message(Phase phase, const std::string& service) {
    switch (phase) {
    case Phase::preparing:
        return "Preparing";
    case Phase::submitting:
        return "Submitting to " + service;
    case Phase::queued:
        return "Waiting in the queue of " + service;
    case Phase::running:
        return "Rendering";
    case Phase::retrying:
        return "Trying again";
    case Phase::cancelling:
        break;
    }
    return "Cancelling";
}

} // namespace

std::optional<double> RunReport::fraction() const noexcept {
    return fraction_ < 0 ? std::nullopt : std::optional(fraction_);
}

std::optional<Millis> RunReport::eta() const noexcept {
    return eta_ < Millis(0) ? std::nullopt : std::optional(eta_);
}

Progress RunReport::progress() const {
    return {phase_, fraction(), eta(),
            message_.empty() ? presentable(usual_message(phase_, connection_.binding->name))
                             : std::string(message_.view())};
}

void RunReport::set_phase(Phase phase, std::string message) {
    RareText shown(presentable(std::move(message)));
    if (phase == phase_ && shown == message_)
        return;
    phase_ = phase;
    message_ = std::move(shown);
    ++version_;
}

void RunReport::set_estimate(std::optional<double> fraction, std::optional<Millis> eta) {
    const auto new_fraction = fraction.value_or(-1);
    const auto new_eta = eta.value_or(Millis(-1));
    if (new_eta != eta_ || new_fraction != fraction_)
        ++version_;
    eta_ = new_eta;
    fraction_ = new_fraction;
}

void RunReport::warn(std::string code, std::string message) {
    if (warnings_ == nullptr)
        warnings_ = std::make_unique<std::vector<Warning>>();
    warnings_->push_back({std::move(code), presentable(std::move(message))});
}

std::vector<Warning> RunReport::take_warnings() {
    auto warnings = std::exchange(warnings_, nullptr);
    return warnings != nullptr ? std::move(*warnings) : std::vector<Warning>();
}

std::string RunReport::presentable(std::string text) const {
    text = without_url_signatures(without_secrets(std::move(text), connection_.secrets));
    if (is_printable_ascii(text))
        return text;
    return plain_text(text);
}

} // namespace job_engine
