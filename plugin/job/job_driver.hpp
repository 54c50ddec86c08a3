#pragma once

#include "api/api_call.hpp"
#include "http/http_exchange.hpp"
#include "job/api_service.hpp"
#include "job/file_delivery.hpp"
#include "job/job_flow.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace job_engine {

// Who is told what a run does. Called on the run's strand.
class JobListener {
public:
    JobListener() = default;
    JobListener(const JobListener&) = delete;
    JobListener& operator=(const JobListener&) = delete;
    virtual ~JobListener() = default;

    virtual void on_progress(const Progress& progress, const std::string& job_id) = 0;
    virtual void
    on_checkpoint(const Checkpoint& checkpoint) = 0; // answered by JobDriver::checkpoint_answered
    virtual void on_attachment(const AttachmentRequest& request) = 0; // answered by JobDriver::attach
    virtual void on_warning(const Warning& warning) = 0;
    virtual void on_outcome(Outcome outcome) = 0; // the last call

    // Whether each exchange with the API is told as a line, see trace_line.
    virtual bool traces() const noexcept = 0;
    virtual void on_trace(const std::string& line) noexcept = 0;
};

// Performs what a JobFlow says, on Asio. Everything happens on the strand it is made with. While it
// waits it holds a timer and nothing else: no coroutine, no buffer, no socket.
class JobDriver : public std::enable_shared_from_this<JobDriver> {
public:
    // listener must live until on_outcome has been called.
    JobDriver(std::shared_ptr<const boost::asio::any_io_executor> strand, std::shared_ptr<ApiService> service,
              RunParameters parameters, const Node& node, JobListener& listener);
    JobDriver(const JobDriver&) = delete;
    JobDriver& operator=(const JobDriver&) = delete;
    ~JobDriver() = default;

    void start();
    void cancel();
    void suspend();
    void checkpoint_answered(bool kept);
    void attach(HostFile file);
    // A service answers again; of no meaning to a run of another one.
    void service_is_back(const ApiService& service, Millis within);
    // Ends it in this call, with what is known; the listener is told.
    void force_end();

private:
    template <class Work>
    void guarded(Work work);
    template <class Event>
    void handle(Event event);
    void perform(Step step);
    template <class Answered>
    auto on_answer(Answered answered);
    void queue_for_connection();
    void send();
    ApiCall::Done traced(HttpRequest& request, ApiCall::Done done);
    void abort_request();
    void check_media(std::string url);
    void request_slot();
    void hand_over(HandOverFile file);
    std::function<void(std::string)> tracer();
    void arm_timer(TimePoint moment);
    void on_timer();
    void report();
    void finish(Outcome outcome);

    const std::shared_ptr<const boost::asio::any_io_executor> strand_; // shared, because thousands may wait
    std::shared_ptr<ApiService> service_;
    JobFlow flow_;
    JobListener* listener_; // nullptr once it is over
    // Without an executor of any kind, which takes as much room as the timer.
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    boost::asio::io_context::executor_type>;
    Timer timer_;
    TimePoint timer_moment_ = TimePoint::max();
    std::shared_ptr<ConnectionPool::Place> place_; // in the queue for a connection
    std::shared_ptr<HttpExchange> exchange_;
    FairSemaphore::Permit slot_;
    unsigned reported_version_ = 0;
    Phase reported_phase_ = Phase::preparing;
    TimePoint reported_at_{};
};

} // namespace job_engine
