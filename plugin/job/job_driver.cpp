#include "job/job_driver.hpp"

#include "base/plain_allocator.hpp"
#include "job/trace.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <utility>
#include <variant>

namespace job_engine {
namespace {

// Waits that are not short end on common ticks: thousands of runs then wake the thread a hundred times a
// second together instead of each for itself, and a wake-up costs as much as a request.
constexpr auto timer_granularity = std::chrono::milliseconds(10);
constexpr auto short_wait = std::chrono::milliseconds(100);

TimePoint coalesced(TimePoint moment) {
    if (moment - std::chrono::steady_clock::now() < short_wait)
        return moment;
    const auto since_epoch = std::chrono::ceil<std::chrono::milliseconds>(moment.time_since_epoch());
    return TimePoint((since_epoch + timer_granularity - std::chrono::milliseconds(1)) / timer_granularity
                     * timer_granularity);
}

constexpr auto min_report_interval = std::chrono::milliseconds(100);

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>; // which clang before 17 does not find by itself

} // namespace

JobDriver::JobDriver(std::shared_ptr<const boost::asio::any_io_executor> strand,
                     std::shared_ptr<ApiService> service, RunParameters parameters, const Node& node,
                     JobListener& listener)
    : strand_(std::move(strand)), service_(std::move(service)),
      flow_(std::move(parameters), service_->state, node), listener_(&listener),
      timer_(service_->client.io()) {}

void JobDriver::start() {
    handle([this](TimePoint now) { return flow_.start(now); });
}

void JobDriver::cancel() {
    handle([this](TimePoint now) { return flow_.on_cancel(now, place_ == nullptr); });
}

void JobDriver::suspend() {
    handle([this](TimePoint now) { return flow_.on_suspend(now, place_ == nullptr); });
}

void JobDriver::checkpoint_answered(bool kept) {
    handle([this, kept](TimePoint now) { return flow_.on_checkpoint(now, kept); });
}

void JobDriver::attach(HostFile file) {
    if (auto* const delivery = dynamic_cast<FileDelivery*>(exchange_.get()))
        guarded([&] { delivery->answered(std::move(file)); });
}

void JobDriver::service_is_back(const ApiService& service, Millis within) {
    if (service_.get() == &service)
        handle([this, within](TimePoint now) { return flow_.on_service_back(now, within); });
}

void JobDriver::force_end() {
    handle([this](TimePoint now) { return flow_.on_forced_end(now); });
}

// A defect ends this run, not the host.
template <class Work>
void JobDriver::guarded(Work work) {
    if (listener_ == nullptr)
        return;
    const auto self = shared_from_this(); // the listener lets go of the driver when it is over
    try {
        work();
    } catch (const std::exception& defect) {
        auto error = make_error(ErrorCode::internal_error,
                                std::string("The run was ended by a defect: ") + defect.what() + ".");
        error.charged = Charged::unknown;
        finish(flow_.broken_off(std::move(error)));
    }
}

// Tells the flow of an event and does what it answers.
template <class Event>
void JobDriver::handle(Event event) {
    guarded([&] {
        const auto now = std::chrono::steady_clock::now();
        Step step = event(now);
        if (std::holds_alternative<Wait>(step.action) && step.wake_at <= now)
            step = flow_.on_timer(now); // nothing to wait for
        perform(std::move(step));
    });
}

void JobDriver::perform(Step step) {
    arm_timer(step.wake_at);
    report();
    std::visit(Overloaded{
                   [](const Continue&) {},
                   [](const Wait&) {},
                   [this](CheckMedia& check) { check_media(std::move(check.url)); },
                   [this](const AcquireSlot&) { request_slot(); },
                   [this](HandOverFile& file) { hand_over(std::move(file)); },
                   [this](const SaveCheckpoint& save) { listener_->on_checkpoint(save.checkpoint); },
                   [this](const Send&) { queue_for_connection(); },
                   [this](const AbortRequest&) { abort_request(); },
                   [this](Finish& end) { finish(std::move(end.outcome)); },
               },
               step.action);
}

// The end of an exchange with the network, of which the flow is told.
template <class Answered>
auto JobDriver::on_answer(Answered answered) {
    return [self = shared_from_this(), answered](const std::exception_ptr& defect, auto&& answer) {
        self->exchange_.reset();
        self->handle([&](TimePoint now) {
            if (defect != nullptr)
                std::rethrow_exception(defect);
            return answered(self->flow_, now, std::forward<decltype(answer)>(answer));
        });
    };
}

// A burst of runs is thousands of these, so nothing else is there of a request until it is its turn.
void JobDriver::queue_for_connection() {
    place_ = std::make_shared<ConnectionPool::Place>();
    auto granted = [weak = weak_from_this(), strand = strand_, place = std::weak_ptr(place_)] {
        boost::asio::dispatch(*strand, [weak, place] {
            const auto self = weak.lock();
            if (self == nullptr || self->place_ == nullptr || self->place_ != place.lock())
                return; // given up meanwhile
            self->guarded([&] { self->send(); });
        });
    };
    service_->client.pool().request(std::move(granted), *place_);
}

void JobDriver::send() {
    auto request = flow_.request(std::chrono::steady_clock::now());
    ApiCall::Done done = on_answer([](JobFlow& flow, TimePoint now, const Exchanged& exchanged) {
        if (const auto* failure = std::get_if<TransportFailure>(&exchanged))
            return flow.on_failure(now, *failure);
        return flow.on_reply(now, std::get<HttpReply>(exchanged));
    });
    if (listener_->traces())
        done = traced(request, std::move(done));
    const auto call = std::make_shared<ApiCall>(*strand_, service_->client, flow_.connection(),
                                                std::move(request), std::move(place_), std::move(done));
    exchange_ = call;
    ApiCall::start(call);
}

// Tells of the exchange before the flow is told, whose next step may be the run's end.
ApiCall::Done JobDriver::traced(HttpRequest& request, ApiCall::Done done) {
    request.is_traced = true;
    auto body = std::exchange(request.body, {});
    auto shown = request;
    shown.body = body.substr(0, max_traced_body_bytes);
    request.body = std::move(body);
    return [self = shared_from_this(), shown = std::move(shown), bytes = request.body.size(),
            began = std::chrono::steady_clock::now(),
            done = std::move(done)](const std::exception_ptr& defect, const Exchanged& exchanged) {
        if (defect == nullptr && self->listener_ != nullptr) {
            const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
            try {
                self->listener_->on_trace(trace_line({self->flow_.run_key(), shown, bytes, exchanged, took},
                                                     *self->flow_.connection(),
                                                     self->service_->client.user_agent()));
            } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): a line is not worth a run
            }
        }
        done(defect, exchanged);
    };
}

void JobDriver::abort_request() {
    if (exchange_ != nullptr)
        return exchange_->abort();
    if (place_ == nullptr)
        return; // given up already: its failure is on its way
    place_.reset();
    boost::asio::post(*strand_, [self = shared_from_this()] {
        self->handle([&](TimePoint now) {
            return self->flow_.on_failure(
                now, {TransportFailure::Kind::aborted, false, "the request was given up"});
        });
    });
}

void JobDriver::check_media(std::string url) {
    exchange_ = service_->media_probe.look_at(
        *strand_, std::move(url), flow_.connection(),
        on_answer([](JobFlow& flow, TimePoint now, const MediaVerdict& verdict) {
            return flow.on_media_checked(now, verdict);
        }));
}

void JobDriver::hand_over(HandOverFile file) {
    FileDelivery::Order order;
    order.file = std::move(file);
    order.run_key = flow_.run_key();
    order.connection = flow_.connection();
    order.ask = [self = shared_from_this()](const AttachmentRequest& request) {
        self->guarded([&] { self->listener_->on_attachment(request); });
    };
    if (listener_->traces())
        order.trace = tracer();
    exchange_ =
        FileDelivery::start(*strand_, service_->file_turns, service_->file_hand_over, std::move(order),
                            on_answer([](JobFlow& flow, TimePoint now, FileOutcome&& outcome) {
                                return flow.on_file(now, std::move(outcome));
                            }));
}

std::function<void(std::string)> JobDriver::tracer() {
    return [self = shared_from_this()](const std::string& line) {
        if (self->listener_ != nullptr)
            self->listener_->on_trace(line);
    };
}

void JobDriver::request_slot() {
    service_->slots.request(
        [weak = weak_from_this(), strand = strand_] {
            boost::asio::post(*strand, [weak] {
                if (const auto self = weak.lock())
                    self->handle([&](TimePoint now) { return self->flow_.on_slot(now); });
            });
        },
        slot_);
}

void JobDriver::arm_timer(TimePoint moment) {
    if (moment == timer_moment_)
        return;
    timer_moment_ = moment;
    if (moment == TimePoint::max()) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(coalesced(moment));
    // It goes to the strand by itself: bound to it, each waiting run would hold the strand twice more.
    auto ended = [weak = weak_from_this()](const boost::system::error_code& ec) {
        auto self = weak.lock();
        if (self == nullptr || ec)
            return;
        const auto strand = self->strand_;
        boost::asio::dispatch(*strand, [self = std::move(self)] { self->on_timer(); });
    };
    timer_.async_wait(boost::asio::bind_allocator(PlainAllocator<void>(), std::move(ended)));
}

// Also of a timer that was set anew while it was on its way here: to be told of a time too early is of no
// meaning to the flow, and the timer is set again.
void JobDriver::on_timer() {
    timer_moment_ = TimePoint::max();
    handle([this](TimePoint now) { return flow_.on_timer(now); });
}

void JobDriver::report() {
    for (const auto& warning : flow_.report().take_warnings())
        listener_->on_warning(warning);
    const auto phase = flow_.report().phase();
    const auto now = std::chrono::steady_clock::now();
    const auto version = flow_.report().version();
    if (version == reported_version_)
        return;
    if (phase == reported_phase_ && now - reported_at_ < min_report_interval)
        return;
    reported_version_ = version;
    reported_phase_ = phase;
    reported_at_ = now;
    listener_->on_progress(flow_.report().progress(), flow_.job_id());
}

void JobDriver::finish(Outcome outcome) {
    if (listener_ == nullptr)
        return;
    timer_.cancel();
    if (exchange_ != nullptr)
        exchange_->abort();
    place_.reset();
    slot_.release();
    listener_->on_outcome(std::move(outcome)); // where it throws, guarded() tries with less
    listener_ = nullptr;
}

} // namespace job_engine
