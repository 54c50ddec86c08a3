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
// Of a list that cannot tell yet: new jobs are at its beginning, as a rule.
constexpr std::size_t max_early_pages = 10;
// In a row, of what is no list: a gateway's page passes, a wrong description does not.
constexpr int max_unreadable = 3;
constexpr int max_torn = 5;

constexpr Millis first_pause{1'000};
constexpr Millis longest_pause{15'000};
constexpr Millis pause_of_another{1'000}; // for the walk of another run to end

// Runs whose submits broke at the same moment do not all look at the same moment.
Millis spread(Millis most, double jitter) {
    return Millis(static_cast<std::int64_t>(static_cast<double>(most.count()) * jitter));
}

// A list that is asked for by the run's own marker is of no use to others.
std::shared_ptr<SharedJobList> list_for(RunState& run) {
    return run.binding().find->looks_by_marker() ? std::make_shared<SharedJobList>()
                                                 : run.service.job_lists.of(run.connection());
}

bool has(const std::vector<ListedJob>& jobs, const std::string& id) {
    return !id.empty()
           && std::any_of(jobs.begin(), jobs.end(), [&](const ListedJob& job) { return job.id == id; });
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
    if (const auto listing = list_->last(); listing != nullptr) {
        // What was once listed is the job, however old the list is.
        if (const auto found = listing->ids.find(marker()); found != listing->ids.end()) {
            id_ = found->second;
            return id_.empty() ? unanswered("the job is there, but its id is not where find.id says, or its "
                                            "marker not the only one")
                               : Finding::job;
        }
        const bool is_complete = listing->end != JobListing::End::left
                                 && (listing->end != JobListing::End::early || listing->began < settled_at_);
        if (listing->began >= next_look_ && is_complete)
            return judge(now, *listing);
    }
    wake_at_ = next_look_;
    return now >= next_look_ && begin_walk(now) ? Finding::ask : Finding::open;
}

JobSearch::Finding JobSearch::judge(TimePoint now, const JobListing& listing) {
    using End = JobListing::End;
    if (listing.end == End::refused || listing.unreadable >= max_unreadable)
        return unanswered(listing.why);
    if (listing.end == End::failed) {
        look_again(now);
        next_look_ = std::max(next_look_, listing.not_before);
        wake_at_ = next_look_;
        return Finding::open;
    }
    if (listing.began < settled_at_ || (listing.end == End::torn && ++torn_ < max_torn)) {
        look_again(now);
        return Finding::open;
    }
    if (listing.end == End::torn)
        return unanswered("its pages do not begin with the last entry of the page before");
    const auto entries = std::to_string(listing.items) + " entries";
    if (listing.end == End::too_long)
        return unanswered("the job is not in its first " + entries);
    if (listing.items == 0 && !run_.binding().find->empty_proves)
        return unanswered("it is empty, as that of another account would be");
    if (listing.items > 0 && listing.ids.empty()) {
        run_.checkpoint.list_scope = {}; // those of later runs are no proof for this one
        return unanswered("none of its " + entries + " shows the marker of a run");
    }
    if (run_.checkpoint.list_scope.empty() || run_.checkpoint.list_scope != list_scope(run_.connection()))
        return unanswered(
            "the job is not there, but it may have been accepted, or submitted without a marker "
            "or with other settings");
    return Finding::none;
}

JobSearch::Finding JobSearch::unanswered(std::string why) {
    trouble_ = std::move(why);
    return Finding::unanswered;
}

void JobSearch::look_again(TimePoint now) {
    const auto pause = std::min(longest_pause, Millis(first_pause.count() << std::min(looks_, 10)));
    ++looks_;
    next_look_ = now + pause / 2 + spread(pause / 2, run_.jitter().next());
    if (now < settled_at_)
        next_look_ = std::min(next_look_, settled_at_);
    next_look_ = std::max(next_look_, run_.service.throttle.not_before());
    wake_at_ = next_look_;
}

// ------------------------------------------------------------------------------------- the run's own walk

bool JobSearch::begin_walk(TimePoint now) {
    auto right = list_->begin_walk();
    if (right == nullptr) {
        wake_at_ = now + pause_of_another;
        return false;
    }
    if (!run_.service.throttle.may_ask(now)) {
        wake_at_ = std::max(run_.service.throttle.next_turn(), now + pause_of_another);
        return false;
    }
    walk_.emplace(std::move(right), now);
    return true;
}

std::string JobSearch::target() const {
    const KeptValues values{{std::string(find_marker_place), marker()},
                            {std::string(find_offset_place), std::to_string(walk_->offset)}};
    return job_target(run_.binding().find->request, run_.connection().base_path, walk_->next_page, {},
                      values);
}

HttpRequest JobSearch::request() const {
    auto request = job_request(run_.binding().find->request, run_.binding(), target(), {});
    request.headers.emplace_back("Cache-Control", "no-cache"); // what a proxy remembers proves nothing
    request.timeout = run_.connection().request_timeout;
    return request;
}

void JobSearch::take_answer(TimePoint now, const Event& event) {
    if (const auto* replied = std::get_if<Replied>(&event))
        return take_reply(now, replied->reply);
    const auto& failure = std::get<RequestFailed>(event).failure;
    if (!poll_may_recover(failure))
        return end_walk(JobListing::End::refused, failure.message);
    if (speaks_of_outage(failure))
        run_.service.throttle.observe_failure(now);
    const bool is_unreadable = failure.kind == TransportFailure::Kind::bad_reply;
    fail_walk(now, std::nullopt, is_unreadable ? failure.message : std::string());
}

void JobSearch::take_reply(TimePoint now, const HttpReply& reply) {
    auto& throttle = run_.service.throttle;
    if (speaks_of_outage(reply.status))
        throttle.observe_failure(now);
    else
        throttle.observe_answer(now, Millis(0));
    if (!is_success(reply.status)) {
        if (!poll_may_recover(reply.status))
            return end_walk(JobListing::End::refused, clause(error_of_reply(reply, run_.binding()).message));
        if (reply.status == 429)
            throttle.pause_until(now + reply.retry_after.value_or(Millis(0)));
        return fail_walk(now, reply.retry_after);
    }
    auto page = read_job_page(reply, run_.binding(), run_.connection().origin, target());
    if (!page)
        return fail_walk(now, std::nullopt,
                         "its reply has no list at " + run_.binding().find->items
                             + ", where find.items says");
    take_page(std::move(*page));
}

void JobSearch::take_page(JobPage&& page) {
    using End = JobListing::End;
    const auto& find = *run_.binding().find;
    auto& listing = walk_->listing;
    take_jobs(page.jobs);
    if (listing.ids.contains(marker()))
        return end_walk(End::left);
    if (find.looks_by_marker() && !page.jobs.empty())
        return end_walk(End::refused, "it has jobs of other markers: it is not looked through by the marker");
    const bool is_first = walk_->pages++ == 0;
    if (page.has_next) {
        if (page.next.empty())
            return end_walk(End::too_long);
        walk_->next_page = std::move(page.next);
    } else if (find.pages_by_offset()) {
        // A page that begins with an entry of the page before leaves nothing out between them.
        if (!is_first && (page.jobs.empty() || !has(walk_->page_before, page.jobs.front().id)))
            return end_walk(End::torn);
        if (page.jobs.size() <= (is_first ? 0U : 1U))
            return end_walk(End::whole);
        walk_->offset += page.jobs.size() - 1;
        listing.items = walk_->offset + 1;
        walk_->page_before = std::move(page.jobs);
    } else {
        return end_walk(End::whole);
    }
    if (walk_->pages == max_pages || std::max(listing.items, listing.ids.size()) > max_jobs)
        return end_walk(End::too_long);
    if (walk_->pages == max_early_pages && listing.began < settled_at_)
        end_walk(End::early);
}

void JobSearch::take_jobs(const std::vector<ListedJob>& jobs) {
    auto& listing = walk_->listing;
    listing.items += jobs.size();
    for (const auto& job : jobs)
        for (const auto& found : job.markers) {
            // Who copied a prompt with a marker in it has two: which is the run's cannot be told.
            auto& id = listing.ids[found];
            if (job.markers.size() == 1 && id.empty())
                id = job.id;
        }
}

void JobSearch::fail_walk(TimePoint now, std::optional<Millis> retry_after, const std::string& unreadable) {
    auto& listing = walk_->listing;
    listing.not_before = now + retry_after.value_or(Millis(0));
    if (!unreadable.empty()) {
        const auto before = list_->last();
        listing.unreadable = (before != nullptr ? before->unreadable : 0) + 1;
    }
    end_walk(JobListing::End::failed, unreadable);
}

void JobSearch::end_walk(JobListing::End end, std::string why) {
    auto listing = std::move(walk_->listing);
    walk_.reset(); // first: who is told may walk at once
    listing.end = end;
    listing.why = std::move(why);
    list_->share(std::move(listing));
}

Error JobSearch::error_of_unanswered() const {
    auto error = cause_;
    error.message += " The list of " + run_.binding().name
                     + "'s jobs does not tell whether there is one: " + trouble_ + ".";
    return error;
}

} // namespace job_engine
