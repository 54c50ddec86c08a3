#include "module/host_progress.hpp"

namespace job_engine {
namespace {

wfn_phase phase_of(Phase phase) noexcept {
    switch (phase) {
    case Phase::preparing:
        return WFN_PREPARING;
    case Phase::submitting:
        return WFN_SUBMITTING;
    case Phase::queued:
        return WFN_QUEUED;
    case Phase::running:
        return WFN_RUNNING;
    case Phase::retrying:
        return WFN_RETRYING;
    case Phase::cancelling:
        break;
    }
    return WFN_CANCELLING;
}

} // namespace

wfn_progress host_progress(const Progress& progress, const std::string& job_id, Millis elapsed) noexcept {
    wfn_progress out{};
    out.struct_size = sizeof out;
    out.phase = phase_of(progress.phase);
    out.fraction = progress.fraction.value_or(-1.0);
    out.eta_ms = progress.eta ? progress.eta->count() : -1;
    out.elapsed_ms = elapsed.count();
    out.job_id = job_id.empty() ? nullptr : job_id.c_str();
    out.message = progress.message.c_str();
    return out;
}

} // namespace job_engine
