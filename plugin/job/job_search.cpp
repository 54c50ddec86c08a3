#include "job/job_search.hpp"

#include "api/api_text.hpp"
#include "api/body_template.hpp"
#include "api/job_list.hpp"
#include "api/request.hpp"
#include "job/kept_reply.hpp"
#include "job/retry.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

// A list that is longer proves nothing.
constexpr std::size_t max_pages = 100;
// In a row, of what is no list: a gateway's page passes, a wrong description does not.
constexpr int max_unreadable = 3;

constexpr Millis first_pause{1'000};
constexpr Millis longest_pause{15'000};

// Runs whose submits broke at the same moment do not all look at the same moment.
Millis spread(Millis most, double jitter) {
    return Millis(static_cast<std::int64_t>(static_cast<double>(most.count()) * jitter));
}

} // namespace

JobSearch::JobSearch(RunState& run, TimePoint now, Error cause, bool is_final)
    : run_(run), cause_(std::move(cause)), is_final_(is_final),
      settled_at_(now + run.binding().find->settled_after
                  + spread(run.binding().find->settled_after / 10, run.jitter().next())),
      next_look_(now) {
    run_.report.set_phase(Phase::retrying, "Looking whether " + run_.binding().name + " has made the job.");
}

std::string JobSearch::marker() const {
    return run_marker(run_.checkpoint.key.text());
}

std::string JobSearch::target() const {
    const KeptValues values{{std::string(find_marker_place), marker()},
                            {std::string(find_offset_place), std::to_string(items_)}};
    return job_target(run_.binding().find->request, run_.connection().base_path, next_page_, {}, values);
}

HttpRequest JobSearch::request() const {
    auto request = job_request(run_.binding().find->request, run_.binding(), target(), {});
    request.timeout = run_.connection().request_timeout;
    return request;
}

JobSearch::Finding JobSearch::take_answer(TimePoint now, const Event& event) {
    if (pages_ == 0)
        began_ = next_look_;
    if (const auto* failed = std::get_if<RequestFailed>(&event))
        return poll_may_recover(failed->failure) ? look_again(now) : give_up(failed->failure.message);
    return take_reply(now, std::get<Replied>(event).reply);
}

JobSearch::Finding JobSearch::take_reply(TimePoint now, const HttpReply& reply) {
    const auto& binding = run_.binding();
    if (!is_success(reply.status)) {
        if (!poll_may_recover(reply.status))
            return give_up(clause(error_of_reply(reply, binding).message));
        const auto pause = reply.retry_after.value_or(Millis(0));
        if (reply.status == 429)
            run_.service.throttle.pause_until(now + pause);
        return look_again(now, pause);
    }
    const auto page = read_job_page(reply, binding, run_.connection().origin, target(), marker());
    if (!page)
        return ++unreadable_ < max_unreadable
                   ? look_again(now)
                   : give_up("its reply has no list at " + binding.find->items + ", where find.items says");
    unreadable_ = 0;
    if (page->has_marker) {
        id_ = page->id;
        return id_.empty() ? give_up("the job is there, but not its id, where find.id says") : Finding::job;
    }
    shows_markers_ = shows_markers_ || page->shows_markers;
    items_ += page->items;
    ++pages_;
    const auto place_of_offset = "{" + std::string(find_offset_place) + "}";
    const bool pages_by_offset = binding.find->request.path.find(place_of_offset) != std::string::npos;
    if (!page->has_next && (!pages_by_offset || page->items == 0))
        return end_look(now, true);
    const bool is_reachable = !page->has_next || !page->next.empty();
    if (!is_reachable || pages_ == max_pages)
        return end_look(now, false);
    next_page_ = page->next;
    next_look_ = now;
    return Finding::open;
}

JobSearch::Finding JobSearch::end_look(TimePoint now, bool is_whole) {
    if (began_ < settled_at_)
        return look_again(now);
    if (!is_whole)
        return give_up("the job is not in its first " + std::to_string(items_) + " entries");
    if (items_ > 0 && !shows_markers_)
        return give_up("none of its entries shows the marker of a run");
    const auto reply = read_kept_reply(run_.checkpoint.reply.view());
    if (is_success(cause_.http_status) || (reply && is_success(reply->status)))
        return give_up("the job is not there, although the submit was accepted");
    return Finding::none;
}

JobSearch::Finding JobSearch::look_again(TimePoint now, Millis not_before) {
    const auto pause = std::min(longest_pause, Millis(first_pause.count() << std::min(looks_, 10)));
    ++looks_;
    next_look_ = now + pause / 2 + spread(pause / 2, run_.jitter().next());
    if (now < settled_at_)
        next_look_ = std::min(next_look_, settled_at_);
    next_look_ = std::max({next_look_, now + not_before, run_.service.throttle.not_before()});
    next_page_.clear();
    pages_ = 0;
    items_ = 0;
    shows_markers_ = false;
    return Finding::open;
}

JobSearch::Finding JobSearch::give_up(std::string trouble) {
    trouble_ = std::move(trouble);
    return Finding::unanswered;
}

Error JobSearch::unanswered() const {
    auto error = cause_;
    error.message += " The list of " + run_.binding().name
                     + "'s jobs does not tell whether there is one: " + trouble_ + ".";
    return error;
}

} // namespace job_engine
