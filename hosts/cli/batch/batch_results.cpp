// What becomes of the runs that are over.
#include "batch/batch.hpp"
#include "batch/batch_line.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "text/error_text.hpp"
#include "text/price.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace cli {

// A download that goes on does not hold back the next run: only the window does.
void Batch::finish(std::int64_t number, const wfn::Result& result, bool is_stored) {
    const BatchItem& item = items_.at(number);
    count(result);
    if (!is_stored)
        count_charge(result, read_price(item.target->node.price_json()));
    if (media_ == nullptr || !item.target->media || !result.succeeded()) {
        give(number, result_line(item.line, item.run_key, result));
        return;
    }
    ++counts_.downloading;
    media_->post({item.target->media, item.run_key, result.output_json, is_stored,
                  [this, number, result, loop = loop_](std::vector<MediaFile> files) {
                      loop->post([this, number, result, files = std::move(files)] {
                          on_files(number, result, files);
                      });
                  }});
}

void Batch::on_files(std::int64_t number, const wfn::Result& result, const std::vector<MediaFile>& files) {
    --counts_.downloading;
    for (const MediaFile& file : files)
        counts_.files_missing += file.kept ? 0 : 1;
    const BatchItem& item = items_.at(number);
    give(number, result_line(item.line, item.run_key, result, files_json(files)));
}

void Batch::count(const wfn::Result& result) {
    if (result.succeeded()) {
        ++counts_.succeeded;
    } else if (result.outcome == wfn::Outcome::suspended) {
        ++counts_.suspended;
    } else {
        ++counts_.failed;
        all_retryable_ = all_retryable_ && result.error && result.error->retryable;
    }
}

void Batch::count_charge(const wfn::Result& result, const Price& price) {
    // The job of a suspended run goes on.
    const wfn::Charge charge = result.succeeded() ? wfn::Charge::yes
                               : result.error     ? result.error->charged
                                                  : wfn::Charge::unknown;
    if (charge == wfn::Charge::yes) {
        ++counts_.charged;
        counts_.spent = sum_of(counts_.spent, price);
    } else if (charge == wfn::Charge::unknown) {
        ++counts_.maybe_charged;
    }
}

void Batch::give_problem(std::int64_t number, const char* code, const std::string& message,
                         const char* charged) {
    ++counts_.failed;
    all_retryable_ = false;
    const BatchItem& item = items_.at(number);
    give(number, problem_line(item.line, item.run_key, code, message, charged));
}

// Once stdout has failed, nothing more is written to it.
void Batch::give(std::int64_t number, const std::string& text) {
    const auto item = items_.find(number);
    bytes_over_ += item->second.bytes;
    keys_.erase(item->second.run_key);
    items_.erase(item);
    const std::string ready = output_.add(number, text);
    if (stdout_error_ == 0 && !ready.empty()) {
        stdout_error_ = write_all(STDOUT_FILENO, ready);
        if (stdout_error_ != 0)
            stop();
    }
}

int Batch::conclude(int signal) {
    display_.note(batch_summary(counts_));
    const Terminal terminal = inspect_terminal(STDERR_FILENO);
    if (!source_.problem().empty())
        display_.error(message_text("Error", "reading ended early: " + source_.problem(), terminal));
    if (stdout_error_ != 0) {
        display_.error(message_text(
            "Error", "the results could not be written to stdout: " + errno_text(stdout_error_), terminal));
    }
    if (stopping_ && writer_ != nullptr) {
        display_.note("To resume, run the same command"
                      + std::string(options_.resume || options_.all ? "." : " with --resume."));
    }
    if (counts_.files_missing > 0 && !stopping_) {
        display_.note(writer_ == nullptr ? "The URLs of the files that were not kept are in the outputs."
                      : options_.all ? "workflow-node collect RUN --output FILE downloads one of them again."
                                     : "To download them again, run the same command with --resume.");
    }
    if (stdout_error_ != 0)
        return stdout_error_ == EPIPE ? exit_broken_pipe : exit_failed;
    if (signal != 0)
        return 128 + signal;
    if (journal_lost_ || !source_.problem().empty())
        return exit_failed;
    if (counts_.failed > 0)
        return all_retryable_ ? exit_retryable : exit_failed;
    if (counts_.suspended > 0)
        return exit_suspended;
    return counts_.files_missing > 0 ? exit_file_not_kept : exit_success;
}

} // namespace cli
