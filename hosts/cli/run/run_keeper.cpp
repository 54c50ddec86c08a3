#include "run/run_keeper.hpp"

#include "journal/module_check.hpp"

#include <utility>

namespace cli {

namespace {

// Of an outcome that a later node.h may add nobody here knows.
bool ends_for_good(wfn::Outcome outcome) {
    return outcome == wfn::Outcome::succeeded || outcome == wfn::Outcome::failed
           || outcome == wfn::Outcome::cancelled;
}

} // namespace

std::string FileKeeper::resume_advice(const std::string& when) const {
    return "Run the same command again" + when + " to resume from " + file_.path() + ".";
}

std::string FileKeeper::file_advice(const MediaFile&, const std::string&) const {
    if (!leads_to_file())
        return take_url_advice;
    return "The checkpoint " + file_.path()
           + " is kept: run the same command again to download it, which submits and pays for nothing.";
}

std::string FileKeeper::attach(wfn::Request& request, CheckpointSaved saved) {
    std::string note;
    if (const auto kept = file_.load(); kept && !kept->empty()) {
        request.checkpoint_json = *kept;
        last_.emplace().json = *kept;
        job_is_on_disk_ = true; // another one comes once the service names a job that this one does not
        note = "Resuming from the checkpoint " + file_.path() + ".";
    }
    // Answers only once the checkpoint is on the disk: the run submits after that.
    request.on_checkpoint = [this, saved = std::move(saved)](const wfn::Checkpoint& checkpoint) {
        if (const std::string fault = durable::fault_of_checkpoint(checkpoint); !fault.empty()) {
            saved(fault);
            return wfn::CheckpointAnswer::not_kept;
        }
        const std::string problem = file_.save(checkpoint.json);
        last_ = checkpoint;
        job_is_on_disk_ = problem.empty() && checkpoint.submission == wfn::Submission::yes;
        saved(problem.empty() ? "" : "the checkpoint " + file_.path() + " could not be written: " + problem);
        return problem.empty() ? wfn::CheckpointAnswer::kept : wfn::CheckpointAnswer::not_kept;
    };
    return note;
}

std::string FileKeeper::settle(const wfn::Result& result) {
    if (!result.checkpoint && !ends_for_good(result.outcome))
        return "";
    const std::string problem = result.checkpoint ? file_.save(result.checkpoint->json) : file_.remove();
    return problem.empty() ? "" : "the checkpoint " + file_.path() + " could not be updated: " + problem;
}

std::string stored_output_advice(const std::string& run_key, const std::string& job, const MediaFile& file,
                                 const std::string& path) {
    if (file.problem.code == "url_refused" || file.problem.code == "file_gone") {
        return "The journal has no other URL; the service may still have the file"
               + (job.empty() ? "." : ", of its job " + job + ".");
    }
    return "To download it again, which pays for nothing: workflow-node collect " + run_key + " --output "
           + path;
}

namespace {

std::string note_of(const durable::Claim& claim) {
    const durable::RunRecord& record = claim.record;
    if (claim.kind == durable::Claim::Kind::fresh)
        return "Run key: " + record.run_key;
    if (record.job_id && record.collectable)
        return "Resuming " + record.run_key + ", job " + *record.job_id + ".";
    return record.checkpoint ? "Resuming " + record.run_key + "." : "Starting " + record.run_key + " again.";
}

} // namespace

JournalKeeper::JournalKeeper(durable::Journal journal, const durable::Claim& claim)
    : writer_(std::move(journal)), run_(writer_, claim), note_(note_of(claim)) {}

std::string JournalKeeper::resume_advice(const std::string& when) const {
    return "Run the same command again" + when + " to resume, or \"workflow-node collect " + run_.run_key()
           + "\".";
}

std::string JournalKeeper::file_advice(const MediaFile& file, const std::string& path) const {
    if (!leads_to_file())
        return take_url_advice;
    const auto checkpoint = run_.last_checkpoint();
    return stored_output_advice(run_.run_key(), checkpoint ? checkpoint->job_id : "", file, path);
}

std::string JournalKeeper::attach(wfn::Request& request, CheckpointSaved saved) {
    run_.attach(request, std::move(saved));
    return note_;
}

} // namespace cli
