#include "download/download.hpp"

#include "download/inner_address.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cli {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

FileProblem write_problem(int error) {
    if (error == EEXIST)
        return {"file_exists", "there is a file of that name by now"};
    const bool is_full = error == ENOSPC || error == EFBIG || error == EDQUOT;
    return {is_full ? "no_room" : "not_written", "it could not be written: " + errno_text(error)};
}

// Does what the flow decides.
class Download {
public:
    Download(DownloadFlow flow, const Access& access, const DownloadSettings& settings, PartFile& part,
             const StopSignal& stop, DownloadProgress& progress)
        : flow_(std::move(flow)), access_(access), settings_(settings), part_(part), stop_(stop),
          progress_(progress), ends_at_(Clock::now() + settings.in_all) {}

    std::optional<FileProblem> run() {
        if (const int error = part_.create(); error != 0)
            return write_problem(error);
        for (;;) {
            const DownloadFlow::Step step = flow_.on_end(ask());
            if (write_error_ != 0)
                return write_problem(write_error_);
            if (step.kind == DownloadFlow::Step::Kind::failed)
                return step.problem;
            if (step.kind == DownloadFlow::Step::Kind::done)
                break;
            static_cast<void>(stop_.pause(step.pause)); // the next request sees that it was stopped
        }
        const int error = part_.finish(settings_.replace);
        return error == 0 ? std::nullopt : std::optional(write_problem(error));
    }

private:
    RequestEnd ask() {
        const auto left = std::chrono::duration_cast<milliseconds>(ends_at_ - Clock::now());
        return http_get(flow_.request(), access_, settings_.http, left, settings_.rules.is_inner, stop_,
                        {[this](const ReplyHead& head) { return on_head(head); },
                         [this](std::string_view data) { return on_data(data); }});
    }

    bool on_head(const ReplyHead& head) {
        const DownloadFlow::Body body = flow_.on_head(head);
        if (body == DownloadFlow::Body::replace)
            write_error_ = part_.clear();
        progress_.total = flow_.total().value_or(0);
        progress_.bytes = flow_.bytes();
        return body != DownloadFlow::Body::leave && write_error_ == 0;
    }

    bool on_data(std::string_view data) {
        write_error_ = part_.append(data);
        if (write_error_ != 0)
            return false;
        const bool goes_on = flow_.on_data(data);
        progress_.bytes = flow_.bytes();
        return goes_on;
    }

    DownloadFlow flow_;
    const Access& access_;
    const DownloadSettings& settings_;
    PartFile& part_;
    const StopSignal& stop_;
    DownloadProgress& progress_;
    const Clock::time_point ends_at_;
    int write_error_ = 0;
};

class PartListing {
public:
    PartListing(std::mutex& mutex, std::set<PartFile*>& parts, PartFile& part)
        : mutex_(mutex), parts_(parts), part_(part) {
        const std::lock_guard lock(mutex_);
        parts_.insert(&part_);
    }
    ~PartListing() {
        const std::lock_guard lock(mutex_);
        parts_.erase(&part_);
    }
    PartListing(const PartListing&) = delete;
    PartListing& operator=(const PartListing&) = delete;

private:
    std::mutex& mutex_;
    std::set<PartFile*>& parts_;
    PartFile& part_;
};

} // namespace

std::optional<FileProblem> Downloads::fetch(const std::string& url, const std::string& path,
                                            const Access& access, DownloadSettings settings,
                                            DownloadProgress& progress) {
    const std::optional<Url> from = parse_url(url);
    if (!from)
        return FileProblem{"no_url", "the output is no http or https URL"};
    PartFile part(path);
    const PartListing listed(mutex_, parts_, part);
    if (!settings.rules.is_inner)
        settings.rules.is_inner = is_inner_address;
    if (!settings.rules.room)
        settings.rules.room = [&part] { return part.room(); };
    return Download({*from, access, settings.rules}, access, settings, part, stop_, progress).run();
}

void Downloads::discard_parts() {
    const std::lock_guard lock(mutex_);
    for (PartFile* part : parts_)
        part->discard();
}

} // namespace cli
