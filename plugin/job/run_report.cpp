#include "job/run_report.hpp"

#include "base/plain_text.hpp"
#include "base/secret.hpp"

#include <utility>

namespace job_engine {

void RunReport::set_phase(Phase phase, std::string message) {
    message = presentable(std::move(message));
    if (phase == progress_.phase && message == progress_.message)
        return;
    progress_.phase = phase;
    progress_.message = std::move(message);
    ++version_;
}

void RunReport::set_estimate(std::optional<double> fraction, std::optional<Millis> eta) {
    if (eta != progress_.eta || fraction != progress_.fraction)
        ++version_;
    progress_.eta = eta;
    progress_.fraction = fraction;
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
    text = without_secrets(std::move(text), connection_.secrets);
    if (is_printable_ascii(text))
        return text;
    return plain_text(text);
}

} // namespace job_engine
