#include "download/download_flow.hpp"

#include "download/content_range.hpp"
#include "download/inner_address.hpp"
#include "download/media_content.hpp"
#include "download/url_expiry.hpp"
#include "text/size.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace cli {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest_asked_pause{60000};

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_encoded(const ReplyHead& head) {
    std::string encoding = head.content_encoding;
    std::transform(encoding.begin(), encoding.end(), encoding.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return !encoding.empty() && encoding != "identity";
}

// If-Range takes no weak one.
bool has_strong_tag(const ReplyHead& head) {
    return !head.etag.empty() && head.etag.compare(0, 2, "W/") != 0;
}

} // namespace

DownloadFlow::DownloadFlow(Url url, Access access, DownloadRules rules)
    : first_url_(std::move(url)), access_(std::move(access)), rules_(std::move(rules)), url_(first_url_) {}

DownloadRequest DownloadFlow::request() const {
    DownloadRequest request;
    request.url = url_;
    const bool is_api = access_.api && same_origin(url_, *access_.api);
    const bool is_private = url_.scheme == "https" || is_loopback_host(url_.host);
    request.with_key = is_api && is_private && !left_origin_ && !access_.api_key.empty();
    request.inner_allowed = inner_allowed_;
    if (can_resume()) {
        request.from = bytes_;
        request.if_range = validator_;
    }
    return request;
}

bool DownloadFlow::can_resume() const {
    return ranges_work_ && bytes_ > 0 && !validator_.empty();
}

DownloadFlow::Body DownloadFlow::on_head(const ReplyHead& head) {
    if (std::exchange(is_first_request_, false))
        inner_allowed_ = is_inner_host(url_.host) || rules_.is_inner(head.address);
    asked_pause_ =
        std::min<milliseconds>(head.retry_after.value_or(std::chrono::seconds(0)), longest_asked_pause);
    const Body body = judge_head(head);
    return verdict_ == Verdict::none ? body : Body::leave;
}

DownloadFlow::Body DownloadFlow::judge_head(const ReplyHead& head) {
    if ((head.status == 200 || head.status == 206) && is_encoded(head)) {
        refuse(Verdict::failed, "wrong_content",
               "its server sends it encoded, though it was asked for the file as it is");
        return Body::leave;
    }
    if (head.status == 200)
        return take_whole(head);
    if (head.status == 206 && can_resume())
        return take_rest(head);
    if (is_redirect(head.status) && head.location)
        follow(*head.location);
    else if (head.status == 416 && can_resume())
        verdict_ = Verdict::anew;
    else
        judge_status(head);
    return Body::leave;
}

DownloadFlow::Body DownloadFlow::take_whole(const ReplyHead& head) {
    bytes_ = 0;
    beginning_.clear();
    total_ = head.length;
    validator_is_tag_ = has_strong_tag(head);
    validator_ = validator_is_tag_ ? head.etag : head.last_modified;
    content_type_ = head.content_type;
    if (const std::string fault = fault_of_content(rules_.kind, content_type_, ""); !fault.empty())
        refuse(Verdict::failed, "wrong_content", fault);
    else if (!is_too_large(total_.value_or(0)))
        static_cast<void>(has_no_room());
    return Body::replace;
}

DownloadFlow::Body DownloadFlow::take_rest(const ReplyHead& head) {
    const auto range = parse_content_range(head.content_range);
    const auto total = range && range->total ? range->total : total_;
    const bool has_one_total = total && *total == total_.value_or(*total);
    const std::string& validator = validator_is_tag_ ? head.etag : head.last_modified;
    const bool is_same_file = validator.empty() || validator == validator_; // a part need not repeat it
    const bool fits = range && range->first == bytes_ && has_one_total && bytes_ < *total && is_same_file;
    if (!fits) {
        verdict_ = Verdict::anew;
        return Body::leave;
    }
    total_ = total;
    if (!is_too_large(total_.value_or(0)))
        static_cast<void>(has_no_room());
    return Body::append;
}

void DownloadFlow::follow(const std::string& location) {
    const std::optional<Url> to = resolve_url(url_, location);
    const std::string fault = fault_of_redirect(url_, to, redirects_, inner_allowed_, access_);
    if (!fault.empty()) {
        refuse(Verdict::failed, "redirect_refused", fault);
        return;
    }
    verdict_ = Verdict::redirected;
    left_origin_ = left_origin_ || !same_origin(url_, *to);
    url_ = *to;
    ++redirects_;
}

void DownloadFlow::judge_status(const ReplyHead& head) {
    const std::string status = "HTTP " + std::to_string(head.status);
    if (head.status == 401 || head.status == 403) {
        const auto expiry = expiry_of(url_);
        refuse(Verdict::failed, "url_refused",
               "its server refuses the URL (" + status + "), "
                   + (expiry ? "which is valid until " + utc_text(*expiry)
                             : "which has expired, or is not for everybody"));
    } else if (head.status == 404 || head.status == 410) {
        refuse(Verdict::failed, "file_gone",
               "there is nothing at its URL (" + status
                   + "): services delete such files after hours or days");
    } else {
        const bool may_pass =
            head.status >= 500 || head.status == 408 || head.status == 425 || head.status == 429;
        refuse(may_pass ? Verdict::try_again : Verdict::failed, "server_trouble",
               "its server answers with " + status);
    }
}

bool DownloadFlow::on_data(std::string_view data) {
    bytes_ += data.size();
    if (beginning_.size() < telling_beginning) {
        beginning_ += data.substr(0, telling_beginning - beginning_.size());
        if (beginning_.size() == telling_beginning)
            judge_whole();
    }
    if (verdict_ == Verdict::none)
        static_cast<void>(is_too_large(bytes_));
    return verdict_ == Verdict::none;
}

bool DownloadFlow::is_too_large(std::uint64_t bytes) {
    if (bytes <= rules_.largest)
        return false;
    refuse(Verdict::failed, "too_large",
           "it is larger than " + size_text(rules_.largest) + ", which --largest-file can raise");
    return true;
}

bool DownloadFlow::has_no_room() {
    const auto room = total_ ? rules_.room() : std::nullopt;
    if (!room || *total_ - bytes_ <= *room)
        return false;
    refuse(Verdict::failed, "no_room",
           "it has " + size_text(*total_) + ", and its disk has room for " + size_text(*room) + " more");
    return true;
}

void DownloadFlow::judge_whole() {
    if (const std::string fault = fault_of_content(rules_.kind, content_type_, beginning_); !fault.empty())
        refuse(Verdict::failed, "wrong_content", fault);
}

void DownloadFlow::refuse(Verdict verdict, std::string code, std::string reason) {
    verdict_ = verdict;
    problem_ = {std::move(code), std::move(reason)};
}

DownloadFlow::Step DownloadFlow::on_end(const RequestEnd& end) {
    if (end.kind == RequestEnd::Kind::stopped || end.kind == RequestEnd::Kind::out_of_time)
        return {Step::Kind::failed, {}, end.problem};
    if (verdict_ == Verdict::none) {
        if (end.kind == RequestEnd::Kind::broken)
            refuse(Verdict::try_again, end.problem.code, end.problem.reason);
        else if (end.kind == RequestEnd::Kind::refused)
            refuse(Verdict::failed, end.problem.code, end.problem.reason);
        else if (bytes_ == 0)
            refuse(Verdict::try_again, "wrong_content", "the reply is empty");
        else if (total_ && bytes_ != *total_)
            refuse(Verdict::try_again, "cut_off", "the reply was cut off");
        else
            judge_whole();
    }
    switch (std::exchange(verdict_, Verdict::none)) {
    case Verdict::none:
        return {Step::Kind::done, {}, {}};
    case Verdict::redirected:
        return {Step::Kind::request, {}, {}};
    case Verdict::anew:
        ranges_work_ = false;
        return {Step::Kind::request, {}, {}};
    case Verdict::try_again:
        return another_try();
    case Verdict::failed:
        break;
    }
    return {Step::Kind::failed, {}, problem_};
}

// Begins at the first URL: where that leads may have been for one request.
DownloadFlow::Step DownloadFlow::another_try() {
    if (tries_ > rules_.pauses.size())
        return {Step::Kind::failed, {}, problem_};
    url_ = first_url_;
    redirects_ = 0;
    left_origin_ = false;
    const milliseconds pause = std::max(rules_.pauses[tries_ - 1], asked_pause_);
    ++tries_;
    return {Step::Kind::request, pause, {}};
}

} // namespace cli
