#include "job_api.hpp"

#include "clock.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace job_server {
namespace {

constexpr std::string_view fal_requests = "/fal-ai/minimax/requests/";
constexpr std::string_view status_suffix = "/status";

// Takes `prefix` off `text` where it is there.
bool take(std::string_view& text, std::string_view prefix) noexcept {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

void JobApi::answer(const HttpRequest& request, std::string& out) {
    body_.clear();
    status_line_ = "HTTP/1.1 200 OK\r\n";
    now_ = now_ns();
    if (request.method == "POST") {
        submit(request.target);
    } else if (request.method != "GET" || !look_at(request.target)) {
        book_.count_refused();
        status_line_ = "HTTP/1.1 404 Not Found\r\n";
        body_ = R"({"detail":"There is no such path or job."})";
    }
    out += status_line_;
    out += "Content-Type: application/json\r\nContent-Length: ";
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, body_.size()).ptr);
    out += "\r\n\r\n";
    out += body_;
}

void JobApi::submit(std::string_view target) {
    const auto number = book_.add(now_);
    if (target == "/v1/image-to-video") {
        status_line_ = "HTTP/1.1 202 Accepted\r\n";
        write_pixelml(number, true, false);
    } else if (target == "/v1/image_to_video") {
        body_ += R"({"id":")";
        add_name(number);
        body_ += "\"}";
    } else if (target.starts_with("/fal-ai/")) {
        write_fal(number, "IN_QUEUE");
    } else {
        status_line_ = "HTTP/1.1 201 Created\r\n";
        write_replicate(number, true, false);
    }
}

bool JobApi::look_at(std::string_view target) {
    enum class Shape { pixelml, replicate, fal_status, fal_result, runway } shape{};
    if (take(target, "/v1/jobs/"))
        shape = Shape::pixelml;
    else if (take(target, "/v1/predictions/"))
        shape = Shape::replicate;
    else if (take(target, "/v1/tasks/"))
        shape = Shape::runway;
    else if (!take(target, fal_requests))
        return false;
    else if (!target.ends_with(status_suffix))
        shape = Shape::fal_result;
    else {
        shape = Shape::fal_status;
        target.remove_suffix(status_suffix.size());
    }
    const auto number = book_.find(target);
    if (!number)
        return false;
    const bool done = now_ >= book_[*number].done_ns;
    if (shape == Shape::fal_result)
        book_.count_result(*number);
    else
        book_.count_poll(*number);
    switch (shape) {
    case Shape::pixelml:
        write_pixelml(*number, false, done);
        break;
    case Shape::replicate:
        write_replicate(*number, false, done);
        break;
    case Shape::fal_status:
        write_fal(*number, done ? "COMPLETED" : "IN_PROGRESS");
        break;
    case Shape::fal_result:
        write_fal_result(*number, done);
        break;
    case Shape::runway:
        write_runway(*number, done);
        break;
    }
    return true;
}

void JobApi::write_pixelml(std::size_t number, bool submitted, bool done) {
    body_ += R"({"id":")";
    add_name(number);
    body_ += R"(","status":")";
    if (done) {
        body_ += R"(succeeded","progress":1,"output":{"video":")";
        add_video(number);
        body_ += R"("}})";
        return;
    }
    body_ += submitted ? "queued" : "running";
    body_ += '"';
    write_eta(book_[number]); // no progress: an even one tells the end as well
    body_ += '}';
}

void JobApi::write_replicate(std::size_t number, bool submitted, bool done) {
    body_ += R"({"id":")";
    add_name(number);
    body_ +=
        R"(","model":"minimax/video-01","version":"hidden","input":{},"logs":"","error":null,"status":")";
    body_ += done ? "succeeded" : submitted ? "starting" : "processing";
    body_ += R"(","output":)";
    if (done) {
        body_ += '"';
        add_video(number);
        body_ += '"';
    } else {
        body_ += "null";
    }
    body_ += R"(,"urls":{"get":")" + base_url_ + "/v1/predictions/";
    add_name(number);
    body_ += "\"}}";
}

void JobApi::write_fal(std::size_t number, const char* status) {
    body_ += R"({"status":")";
    body_ += status;
    body_ += R"(","request_id":")";
    add_name(number);
    body_ += R"(","response_url":")" + base_url_;
    body_ += fal_requests;
    add_name(number);
    body_ += R"(","status_url":")" + base_url_;
    body_ += fal_requests;
    add_name(number);
    body_ += R"(/status","queue_position":0})";
}

void JobApi::write_fal_result(std::size_t number, bool done) {
    if (!done) {
        status_line_ = "HTTP/1.1 400 Bad Request\r\n";
        body_ += R"({"detail":"Request is still in progress"})";
        return;
    }
    body_ += R"({"video":{"content_type":"video/mp4","url":")";
    add_video(number);
    body_ += R"("}})";
}

void JobApi::write_runway(std::size_t number, bool done) {
    body_ += R"({"id":")";
    add_name(number);
    body_ += R"(","createdAt":"2025-01-01T00:00:00.000Z","status":")";
    if (done) {
        body_ += R"(SUCCEEDED","output":[")";
        add_video(number);
        body_ += "\"]}";
    } else {
        body_ += R"(RUNNING","progress":0.5})";
    }
}

void JobApi::write_eta(const Job& job) {
    if (!names_end_)
        return;
    char eta[40];
    std::snprintf(eta, sizeof eta, R"(,"eta_seconds":%.3f)",
                  static_cast<double>(std::max(job.done_ns - now_, std::int64_t{0})) / 1e9);
    body_ += eta;
}

void JobApi::add_name(std::size_t number) {
    body_ += JobBook::name_prefix;
    add_number(static_cast<std::int64_t>(number));
}

// The URL carries when the job was over, so that every client can tell how late it noticed.
void JobApi::add_video(std::size_t number) {
    body_ += "https://cdn.example/v/";
    add_name(number);
    body_ += '-';
    add_number(book_[number].done_ns);
    body_ += ".mp4";
}

void JobApi::add_number(std::int64_t number) {
    char digits[24];
    body_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

} // namespace job_server
