#include "run/claim_refusal.hpp"

namespace cli {

std::string refusal(const durable::Claim& claim, const std::string& run_key) {
    const durable::RunRecord& record = claim.record;
    if (claim.kind == durable::Claim::Kind::busy) {
        return "process " + std::to_string(record.owner_pid) + " is running \"" + run_key
               + "\" right now. Wait for it, or choose another run key.";
    }
    if (claim.kind == durable::Claim::Kind::conflict) {
        return "the run key \"" + run_key + "\" belongs to another run in the journal, with " + claim.conflict
               + ". Choose another key.";
    }
    return "the run \"" + run_key + "\" (" + to_string(record.state) + ") cannot be collected: "
           + (record.job_id ? "its checkpoint does not lead to job " + *record.job_id + " alone"
                            : "the journal has no job for it, so it may never have been submitted")
           + ". To resume it, which may submit and be billed, use workflow-node run --run-key.";
}

} // namespace cli
