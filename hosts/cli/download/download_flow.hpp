#pragma once

#include "download/access.hpp"
#include "download/file_problem.hpp"
#include "download/url.hpp"
#include "schema/media_output.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct DownloadRules {
    MediaKind kind = MediaKind::file;
    std::uint64_t largest = 0; // bytes
    std::vector<std::chrono::milliseconds> pauses{std::chrono::seconds(1), std::chrono::seconds(3)};
    // Whether an address that was connected to is not of the public internet.
    std::function<bool(const std::string& address)> is_inner;
    // How many bytes there are for the file; nullopt: nobody knows.
    std::function<std::optional<std::uint64_t>()> room;
};

// The next request.
struct DownloadRequest {
    Url url;
    bool with_key = false;
    bool inner_allowed = false; // it may go to an address that is not of the public internet
    std::uint64_t from = 0;     // 0: the whole file, and no Range
    std::string if_range;       // for `from`
};

struct ReplyHead {
    int status = 0;
    std::optional<std::uint64_t> length;
    std::string content_encoding;
    std::string content_type;
    std::string content_range;
    std::string etag;
    std::string last_modified;
    std::optional<std::string> location;
    std::optional<std::chrono::seconds> retry_after;
    std::string address; // of the peer, if it is not a proxy
};

// How a request ended, if the flow did not end it.
struct RequestEnd {
    enum class Kind { complete, broken, refused, out_of_time, stopped };
    Kind kind = Kind::complete;
    FileProblem problem; // unless complete. refused: another try would end the same
};

// Decides what a download does next, without I/O or a clock. For each request: on_head, on_data while there
// is some, on_end.
class DownloadFlow {
public:
    DownloadFlow(Url url, Access access, DownloadRules rules);

    DownloadRequest request() const;

    enum class Body { append, replace, leave };
    Body on_head(const ReplyHead& head);
    // After the data was appended or replaced. False: the rest is not wanted.
    bool on_data(std::string_view data);

    struct Step {
        enum class Kind { request, done, failed };
        Kind kind = Kind::done;
        std::chrono::milliseconds pause{0}; // before the request
        FileProblem problem;                // failed
    };
    Step on_end(const RequestEnd& end);

    // Of the file, as far as it is there.
    std::uint64_t bytes() const noexcept { return bytes_; }
    // Of the whole file, if the server has said so.
    std::optional<std::uint64_t> total() const noexcept { return total_; }

private:
    enum class Verdict { none, redirected, anew, try_again, failed };

    Body judge_head(const ReplyHead& head);
    Body take_whole(const ReplyHead& head);
    Body take_rest(const ReplyHead& head);
    void follow(const std::string& location);
    void judge_status(const ReplyHead& head);
    void refuse(Verdict verdict, std::string code, std::string reason);
    bool is_too_large(std::uint64_t bytes);
    bool has_no_room();
    void judge_whole();
    Step another_try();
    bool can_resume() const;

    const Url first_url_;
    const Access access_;
    const DownloadRules rules_;

    Url url_;
    int redirects_ = 0;
    bool left_origin_ = false; // the API's
    bool inner_allowed_ = true;
    bool is_first_request_ = true;

    std::uint64_t bytes_ = 0;
    std::optional<std::uint64_t> total_;
    std::string validator_; // for If-Range
    bool validator_is_tag_ = false;
    bool ranges_work_ = true;
    std::string content_type_;
    std::string beginning_;
    std::size_t tries_ = 1;

    Verdict verdict_ = Verdict::none; // on the present request
    FileProblem problem_;
    std::chrono::milliseconds asked_pause_{0};
};

} // namespace cli
