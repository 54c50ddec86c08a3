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
constexpr std::size_t max_pages = 200;
constexpr std::size_t max_jobs = 50'000;
// In a row, of what is no list: a gateway's page passes, a wrong description does not.
constexpr int max_unreadable = 3;

constexpr Millis first_pause{1'000};
constexpr Millis longest_pause{15'000};
constexpr Millis pause_of_another{1'000}; // for the walk of another run to end

bool has_place_for(const Binding& binding, std::string_view name) {
    return binding.find->request.path.find("{" + std::string(name) + "}") != std::string::npos;
}

// Runs whose submits broke at the same moment do not all look at the same moment.
Millis spread(Millis most, double jitter) {
    return Millis(static_cast<std::int64_t>(static_cast<double>(most.count()) * jitter));
}

// A list that is asked for by the run's own marker is of no use to others.
std::shared_ptr<SharedJobList> list_for(RunState& run) {
    return has_place_for(run.binding(), find_marker_place) ? std::make_shared<SharedJobList>()
                                                           : run.service.job_lists.of(run.connection());
}

} // namespace

JobSearch::JobSearch(RunState& run, TimePoint now, Error cause, bool is_final)
    : run_(run), list_(list_for(run)), cause_(std::move(cause)), is_final_(is_final),
      settled_at_(now + run.binding().find->settled_after
                  + spread(run.binding().find->settled_after / 10, run.jitter().next())),
      next_look_(now), wake_at_(now) {
    run_.report.set_phase(Phase::retrying, "Looking whether " + run_.binding().name + " has made the job.");
}

std::string JobSearch::marker() const {
    return run_marker(run_.checkpoint.key.text());
}

JobSearch::Finding JobSearch::look(TimePoint now) {
    if (walk_)
        return Finding::ask;
    const auto listing = list_->last();
    if (listing != nullptr) {
        // What was once listed is the job, however old the list is.
        if (const auto found = listing->ids.find(marker()); found != listing->ids.end()) {
            id_ = found->second;
            if (!id_.empty())
                return Finding::job;
            trouble_ = "the job is there, but not its id, where find.id says";
            return Finding::unanswered;
        }
        if (listing->began >= next_look_ && listing->end != JobListing::End::left)
            return judge(now, *listing);
    }
    wake_at_ = next_look_;
    if (now < next_look_)
        return Finding::open;
    auto right = list_->begin_walk();
    if (right == nullptr) {
        wake_at_ = now + pause_of_another;
        return Finding::open;
    }
    walk_.emplace();
    walk_->right = std::move(right);
    walk_->listing.began = now;
    return Finding::ask;
}

JobSearch::Finding JobSearch::judge(TimePoint now, const JobListing& listing) {
    const auto unanswered = [&](std::string why) {
        trouble_ = std::move(why);
        return Finding::unanswered;
    };
    if (listing.end == JobListing::End::refused)
        return unanswered(listing.why);
    if (listing.began < settled_at_) {
        look_again(now);
        return Finding::open;
    }
    if (listing.end == JobListing::End::too_long)
        return unanswered("the job is not in its first " + std::to_string(listing.items) + " entries");
    if (listing.items > 0 && listing.ids.empty())
        return unanswered("none of its entries shows the marker of a run");
    const auto reply = read_kept_reply(run_.checkpoint.reply.view());
    if (is_success(cause_.http_status) || (reply && is_success(reply->status)))
        return unanswered("the job is not there, although the submit was accepted");
    return Finding::none;
}

void JobSearch::look_again(TimePoint now, Millis not_before) {
    const auto pause = std::min(longest_pause, Millis(first_pause.count() << std::min(looks_, 10)));
    ++looks_;
    next_look_ = now + pause / 2 + spread(pause / 2, run_.jitter().next());
    if (now < settled_at_)
        next_look_ = std::min(next_look_, settled_at_);
    next_look_ = std::max({next_look_, now + not_before, run_.service.throttle.not_before()});
    wake_at_ = next_look_;
}

// ------------------------------------------------------------------------------------- the run's own walk

std::string JobSearch::target() const {
    const KeptValues values{{std::string(find_marker_place), marker()},
                            {std::string(find_offset_place), std::to_string(walk_->listing.items)}};
    return job_target(run_.binding().find->request, run_.connection().base_path, walk_->next_page, {},
                      values);
}

HttpRequest JobSearch::request() const {
    auto request = job_request(run_.binding().find->request, run_.binding(), target(), {});
    request.timeout = run_.connection().request_timeout;
    return request;
}

void JobSearch::take_answer(TimePoint now, const Event& event) {
    if (const auto* replied = std::get_if<Replied>(&event))
        return take_reply(now, replied->reply);
    const auto& failure = std::get<RequestFailed>(event).failure;
    if (!poll_may_recover(failure))
        return end_walk(JobListing::End::refused, failure.message);
    walk_.reset();
    look_again(now);
}

void JobSearch::take_reply(TimePoint now, const HttpReply& reply) {
    const auto& binding = run_.binding();
    if (!is_success(reply.status)) {
        if (!poll_may_recover(reply.status))
            return end_walk(JobListing::End::refused, clause(error_of_reply(reply, binding).message));
        const auto pause = reply.retry_after.value_or(Millis(0));
        if (reply.status == 429)
            run_.service.throttle.pause_until(now + pause);
        walk_.reset();
        return look_again(now, pause);
    }
    auto page = read_job_page(reply, binding, run_.connection().origin, target());
    if (!page) {
        if (list_->count_unreadable() >= max_unreadable)
            return end_walk(JobListing::End::refused,
                            "its reply has no list at " + binding.find->items + ", where find.items says");
        walk_.reset();
        return look_again(now);
    }
    auto& listing = walk_->listing;
    for (auto& [found, id] : page->ids)
        listing.ids.emplace(std::move(found), std::move(id));
    listing.items += page->items;
    ++walk_->pages;
    if (listing.ids.contains(marker()))
        return end_walk(JobListing::End::left);
    if (!page->has_next && (page->items == 0 || !has_place_for(binding, find_offset_place)))
        return end_walk(JobListing::End::whole);
    const bool is_reachable = !page->has_next || !page->next.empty();
    if (!is_reachable || walk_->pages == max_pages || listing.items > max_jobs)
        return end_walk(JobListing::End::too_long);
    walk_->next_page = std::move(page->next);
}

void JobSearch::end_walk(JobListing::End end, std::string why) {
    auto listing = std::move(walk_->listing);
    walk_.reset(); // first: who is told may walk at once
    listing.end = end;
    listing.why = std::move(why);
    list_->share(std::move(listing));
}

Error JobSearch::unanswered() const {
    auto error = cause_;
    error.message += " The list of " + run_.binding().name
                     + "'s jobs does not tell whether there is one: " + trouble_ + ".";
    return error;
}

} // namespace job_engine
