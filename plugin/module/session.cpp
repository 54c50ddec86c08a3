#include "module/session.hpp"

#include "base/background_thread.hpp"
#include "http/tls.hpp"
#include "json/json_text.hpp"
#include "module/run.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <latch>
#include <utility>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// A suspended run ends within 5 s unless the host keeps a callback; then its job is given up.
constexpr auto close_grace_period = 8s;

thread_local bool is_session_thread = false;

// glibc unloads no library while a thread has an object of this kind from it: a host that calls dlclose with
// a session still open does not pull the code from under its threads.
void keep_loaded_until_this_thread_ends() {
    struct Kept {
        Kept() = default;
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
        ~Kept() { is_session_thread = false; }
    };
    thread_local const Kept kept;
}

std::string user_agent_for(const wfn_host& host) {
    std::string agent = std::string(module_type().name) + "/" + module_type().version;
    if (host.name == nullptr || *host.name == '\0')
        return agent;
    agent += " (" + std::string(host.name)
             + (host.version != nullptr ? std::string("/") + host.version : std::string()) + ")";
    for (auto& c : agent)
        if (c < 0x20 || c == 0x7f)
            c = '_';
    return agent.substr(0, 256);
}

} // namespace

Result<SessionSettings> read_settings(const char* settings_json, const Schema& schema) {
    SessionSettings settings;
    if (settings_json == nullptr)
        return settings;
    const auto parsed = parse_json(settings_json);
    if (!parsed)
        return make_error(ErrorCode::invalid_input,
                          "The settings cannot be read: " + parsed.error().message + ".");
    if (const auto details = schema.validate(*parsed); !details.empty())
        return make_error(ErrorCode::invalid_input,
                          "The settings are not valid: " + clause_of(details.front()) + ".");
    if (const auto* threads = parsed->get_object().if_contains("threads"))
        settings.threads = static_cast<int>(threads->get_int64());
    return settings;
}

Session::Session(const wfn_host& host, std::shared_ptr<const Definitions> definitions,
                 SessionSettings settings)
    : log_(host), definitions_(std::move(definitions)), thread_count_(settings.threads),
      io_(settings.threads),
      only_strand_(settings.threads == 1
                       ? std::make_shared<const boost::asio::any_io_executor>(io_.get_executor())
                       : nullptr),
      work_(io_.get_executor()),
      accounts_(io_, definitions_, user_agent_for(host), [this](const auto& service) {
          const std::weak_ptr returned = service;
          boost::asio::post(io_, [this, returned] {
              if (const auto live = returned.lock())
                  wake_runs_of(live);
          });
      }) {
    try {
        std::latch begun(thread_count_); // from then on they keep the library loaded
        for (int i = 0; i < thread_count_; ++i)
            threads_.push_back(background_thread([this, &begun] {
                keep_loaded_until_this_thread_ends();
                is_session_thread = true;
                begun.count_down();
                run_thread();
            }));
        begun.wait();
    } catch (...) {
        close();
        throw;
    }
}

// With threads at work where its handle could not be made.
Session::~Session() {
    try {
        close();
    } catch (...) { // NOLINT(bugprone-empty-catch): there is nobody left to tell
    }
}

bool Session::start(const std::shared_ptr<Run>& run) {
    const std::lock_guard lock(mutex_);
    if (closing_)
        return false;
    run->set_place_in_session(runs_.size());
    runs_.push_back(run);
    to_begin_.push_back(run);
    if (!std::exchange(beginning_, true))
        boost::asio::post(io_, [this] { begin_some(); });
    return true;
}

// A few at a time, so that a burst of runs keeps no other run waiting, and begins no faster than its submits
// go out: a run that has not begun is smaller.
void Session::begin_some() {
    std::array<std::shared_ptr<Run>, 8> some;
    {
        const std::lock_guard lock(mutex_);
        for (auto& run : some) {
            if (to_begin_.empty())
                break;
            run = std::move(to_begin_.front());
            to_begin_.pop_front();
        }
        beginning_ = !to_begin_.empty();
        if (beginning_)
            boost::asio::post(io_, [this] { begin_some(); });
    }
    for (const auto& run : some)
        if (run != nullptr)
            run->begin();
}

void Session::remove(const std::shared_ptr<Run>& run) {
    const std::lock_guard lock(mutex_);
    const auto place = run->place_in_session();
    runs_.back()->set_place_in_session(place);
    std::swap(runs_.at(place), runs_.back());
    runs_.pop_back();
    run_removed_.notify_all();
}

bool Session::close() {
    std::unique_lock lock(mutex_);
    if (std::exchange(closing_, true))
        return false;
    const auto none_left = [this] { return runs_.empty(); };
    const auto live = runs_;
    lock.unlock();
    for (const auto& run : live)
        run->suspend();
    lock.lock();
    if (!run_removed_.wait_for(lock, close_grace_period, none_left)) {
        const auto stubborn = runs_;
        lock.unlock();
        for (const auto& run : stubborn)
            run->force_end();
        lock.lock();
        run_removed_.wait(lock, none_left); // only a callback that does not return can delay this
    }
    lock.unlock();
    accounts_.release_services();
    work_.reset();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    accounts_.stop_resolver();
    return true;
}

bool Session::owns_this_thread() noexcept {
    return is_session_thread;
}

std::shared_ptr<Monitor> Session::new_monitor() {
    return {monitors_, &monitors_->at(monitors_given_++ % monitors_->size())};
}

std::shared_ptr<const boost::asio::any_io_executor> Session::new_strand() {
    if (only_strand_ != nullptr)
        return only_strand_;
    return std::make_shared<const boost::asio::any_io_executor>(boost::asio::make_strand(io_));
}

void Session::wake_runs_of(const std::shared_ptr<const ApiService>& service) {
    std::unique_lock lock(mutex_);
    const auto live = runs_;
    lock.unlock();
    for (const auto& run : live)
        run->service_is_back(service, max_wait_after_outage(live.size()));
}

void Session::run_thread() {
    const OpensslOfThread openssl;
    for (;;) {
        try {
            io_.run();
            return;
        } catch (const std::exception& defect) {
            log_.write(WFN_LOG_ERROR, std::string("a defect of the module: ") + defect.what());
        }
    }
}

} // namespace job_engine
