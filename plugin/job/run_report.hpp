#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "base/rare_text.hpp"
#include "base/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace job_engine {

enum class Phase { preparing, submitting, queued, running, retrying, cancelling };

struct Progress {
    Phase phase = Phase::preparing;
    std::optional<double> fraction;
    std::optional<Millis> eta;
    std::string message;
};

// What a run tells of itself while it goes on. Texts come out as people may see them: without a secret of the
// connection, on one line.
class RunReport {
public:
    // The connection must outlive it.
    explicit RunReport(const Connection& connection) : connection_(connection) {}

    Phase phase() const noexcept { return phase_; }
    std::optional<double> fraction() const noexcept;
    std::optional<Millis> eta() const noexcept;
    Progress progress() const;
    // Grows when the progress changes.
    unsigned version() const noexcept { return version_; }
    // With the usual message of the phase.
    void set_phase(Phase phase) { set_phase(phase, {}); }
    void set_phase(Phase phase, std::string message);
    void set_estimate(std::optional<double> fraction, std::optional<Millis> eta);

    void warn(std::string code, std::string message);
    // The warnings since the last call.
    std::vector<Warning> take_warnings();

    std::string presentable(std::string text) const;

private:
    const Connection& connection_;
    // Thousands of waiting runs have these: in the room that they need, and the message only where it is
    // unusual.
    Phase phase_ = Phase::preparing;
    unsigned version_ = 0;
    double fraction_ = -1; // below 0: unknown
    Millis eta_{-1};       // below 0: unknown
    RareText message_;
    std::unique_ptr<std::vector<Warning>> warnings_; // nullptr: none, as in most runs
};

} // namespace job_engine
