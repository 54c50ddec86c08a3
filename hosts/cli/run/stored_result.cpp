#include "run/stored_result.hpp"

#include "display/json_events.hpp"
#include "journal/journaled_run.hpp"
#include "journal/module_check.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/signals.hpp"
#include "run/run_keeper.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <stdexcept>
#include <system_error>

namespace cli {

namespace {

wfn::Error stored_error(const durable::RunRecord& record) {
    wfn::Error error;
    error.json = *record.error;
    error.retryable = record.retryable;
    if (const boost::json::value parsed = parse_or_null(error.json); parsed.is_object()) {
        const boost::json::object& whole = parsed.get_object();
        error.code = text_member(whole, "code");
        error.type = text_member(whole, "type");
        error.message = text_member(whole, "message");
        error.cause = text_member(whole, "cause");
        error.solution = text_member(whole, "solution");
        const std::string charged = text_member(whole, "charged");
        error.charged = charged == "no"    ? wfn::Charge::no
                        : charged == "yes" ? wfn::Charge::yes
                                           : wfn::Charge::unknown;
        error.request_id = text_member(whole, "request_id");
        error.job_id = text_member(whole, "job_id");
        if (const auto* status = whole.if_contains("http_status"); status != nullptr && status->is_int64())
            error.http_status = static_cast<int>(status->get_int64());
        if (const auto* details = whole.if_contains("details"))
            error.details_json = boost::json::serialize(*details);
    }
    return error;
}

} // namespace

wfn::Result stored_result(const durable::RunRecord& record) {
    wfn::Result result;
    result.outcome = record.state == durable::RunState::succeeded   ? wfn::Outcome::succeeded
                     : record.state == durable::RunState::cancelled ? wfn::Outcome::cancelled
                     : record.state == durable::RunState::suspended ? wfn::Outcome::suspended
                                                                    : wfn::Outcome::failed;
    result.output_json = record.output.value_or("");
    result.checkpoint = durable::checkpoint_of(record);
    if (record.error)
        result.error = stored_error(record);
    return result;
}

namespace {

// What was written to stdout, or not: the file is wanted all the same.
class Printed {
public:
    void add(const std::string& text) {
        if (error_ == 0)
            error_ = write_all(STDOUT_FILENO, text);
    }
    void throw_if_lost() const {
        if (error_ != 0)
            throw std::system_error(error_, std::generic_category(), "cannot write to stdout");
    }

private:
    int error_ = 0;
};

} // namespace

int print_stored_output(const Options& options, const durable::RunRecord& record, RunMedia* media) {
    wfn::Result result = stored_result(record);
    if (durable::check_result(result); !result.succeeded()) // by an earlier version
        throw std::runtime_error("the output of \"" + record.run_key + "\" in the journal is not JSON");
    Printed printed;
    if (!options.json)
        printed.add(one_line(result.output_json) + "\n");
    else
        printed.add(media != nullptr ? output_event(result.output_json) : result_event(result));
    if (media == nullptr) {
        printed.throw_if_lost();
        return exit_success;
    }
    RunDisplay display(options, inspect_terminal(STDERR_FILENO));
    EventLoop loop;
    const SignalWatcher signals([&](int) { media->stop(); },
                                [&] {
                                    media->discard_part();
                                    if (display.is_live())
                                        static_cast<void>(write_all(STDERR_FILENO, restore_terminal));
                                });
    const MediaFile file = media->keep(result.output_json, display, loop);
    display.finish();
    if (options.json)
        printed.add(result_event(result, files_json({file})));
    tell_file(file,
              stored_output_advice(record.run_key, record.job_id.value_or(""), file, *options.output_file),
              options, display);
    printed.throw_if_lost();
    return file.kept ? exit_success : exit_file_not_kept;
}

} // namespace cli
