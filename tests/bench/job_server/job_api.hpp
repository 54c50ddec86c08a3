#pragma once

#include "http_request.hpp"
#include "job_book.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace job_server {

// The HTTP APIs, all on one port and about the same jobs: PixelML's as its binding assumes it, Replicate's
// predictions, fal's queue, Runway's tasks. tests/integration/node holds the same shapes with their faults;
// here they are as small as their clients accept.
class JobApi {
public:
    // names_end: whether replies tell how long the job still takes.
    JobApi(JobBook& book, bool names_end, std::string base_url)
        : book_(book), names_end_(names_end), base_url_(std::move(base_url)) {}

    // Appends the whole reply to `out`.
    void answer(const HttpRequest& request, std::string& out);

private:
    void submit(std::string_view target);
    bool look_at(std::string_view target);
    void write_pixelml(std::size_t number, bool submitted, bool done);
    void write_replicate(std::size_t number, bool submitted, bool done);
    void write_fal(std::size_t number, const char* status);
    void write_fal_result(std::size_t number, bool done);
    void write_runway(std::size_t number, bool done);
    void write_eta(const Job& job);
    void add_name(std::size_t number);
    void add_video(std::size_t number);
    void add_number(std::int64_t number);

    JobBook& book_;
    bool names_end_;
    std::string base_url_;
    std::string body_; // of the reply in the making; kept for its memory
    const char* status_line_ = nullptr;
    std::int64_t now_ = 0;
};

} // namespace job_server
