#include "run/run_keeper.hpp"

#include <utility>

namespace cli {

std::string FileKeeper::how_to_go_on(const std::string& when) const {
    return "Run the same command again" + when + " to go on from " + file_.path() + ".";
}

std::string FileKeeper::attach(wfn::Request& request, Tried tried) {
    std::string note;
    if (const auto kept = file_.load(); kept && !kept->empty()) {
        request.checkpoint_json = *kept;
        last_ = kept;
        note = "Going on from the checkpoint " + file_.path() + ".";
    }
    // Answers only once the checkpoint has reached the disk: the run submits after that.
    request.on_checkpoint = [this, tried = std::move(tried)](const std::string& checkpoint_json) {
        const std::string problem = file_.save(checkpoint_json);
        last_ = checkpoint_json;
        tried(problem.empty() ? "" : "the checkpoint " + file_.path() + " could not be written: " + problem);
        return problem.empty() ? wfn::CheckpointAnswer::kept : wfn::CheckpointAnswer::not_kept;
    };
    return note;
}

std::string FileKeeper::settle(const wfn::Result& result) {
    const std::string problem = result.checkpoint_json ? file_.save(*result.checkpoint_json) : file_.remove();
    return problem.empty() ? "" : "the checkpoint " + file_.path() + " could not be updated: " + problem;
}

namespace {

std::string note_of(const durable::Claim& claim) {
    const durable::RunRecord& record = claim.record;
    if (claim.kind == durable::Claim::Kind::fresh)
        return "Run key: " + record.run_key;
    if (record.job_id && record.collectable)
        return "Going on with " + record.run_key + ", job " + *record.job_id + ".";
    return record.checkpoint ? "Going on with " + record.run_key + "."
                             : "Starting " + record.run_key + " again.";
}

} // namespace

JournalKeeper::JournalKeeper(durable::Journal journal, const durable::Claim& claim)
    : writer_(std::move(journal)), run_(writer_, claim), note_(note_of(claim)) {}

std::string JournalKeeper::how_to_go_on(const std::string& when) const {
    return "Run the same command again" + when + " to go on, or \"workflow-node collect " + run_.run_key()
           + "\".";
}

std::string JournalKeeper::attach(wfn::Request& request, Tried tried) {
    run_.attach(request, std::move(tried));
    return note_;
}

} // namespace cli
