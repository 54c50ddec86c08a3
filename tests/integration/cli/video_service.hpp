#pragma once

#include "pixelml_run.hpp"

#include <functional>
#include <regex>
#include <scripted_server.hpp>
#include <string>
#include <vector>

// The API of the shipped module, whose jobs are done at the first look, and the server of their videos.
class VideoService {
public:
    using Video = std::function<test_support::Reply(const test_support::Request&)>;

    explicit VideoService(Video video)
        : video_(std::move(video)), server_([this](const auto& request) { return answer(request); }) {}

    Process::Options account() const { return account_at(server_); }
    std::size_t submits() const { return server_.requests("POST", "/").size(); }
    std::vector<test_support::Request> downloads() const { return server_.requests("GET", "/videos/"); }
    std::string base_url() const { return server_.base_url(); }

private:
    test_support::Reply answer(const test_support::Request& request) {
        using test_support::json_reply;
        if (request.target.rfind("/videos/", 0) == 0)
            return video_(request);
        if (request.method == "POST")
            return json_reply(202, R"({"id": "job-)" + std::to_string(++jobs_) + R"(", "status": "queued"})");
        const std::string job = request.target.substr(request.target.rfind('/') + 1);
        return json_reply(200, R"({"status": "succeeded", "output": {"video": "http://)"
                                   + request.header("host") + "/videos/" + job
                                   + R"(.mp4?signature=hidden"}})");
    }

    Video video_;
    int jobs_ = 0;
    test_support::ScriptedServer server_;
};

// A file that begins as an MP4 does, of that size.
inline std::string mp4_of(std::size_t bytes) {
    std::string file("\0\0\0\x10"
                     "ftypisom\0\0\0\0",
                     16);
    for (std::size_t i = file.size(); i < bytes; ++i)
        file += static_cast<char>('a' + i % 23);
    return file;
}

inline test_support::Reply video_reply(const std::string& file) {
    test_support::Reply reply;
    reply.headers = {{"Content-Type", "video/mp4"}, {"ETag", "\"one\""}};
    reply.body = file;
    return reply;
}

inline const std::string film = mp4_of(200000);

inline test_support::Reply whole_film(const test_support::Request&) {
    return video_reply(film);
}

// However the text is wrapped.
inline bool has(const std::string& text, const std::string& part) {
    return std::regex_replace(text, std::regex("\n +"), " ").find(part) != std::string::npos;
}
