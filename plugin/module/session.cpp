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
// Services without a run are kept for their open connections, up to this many.
constexpr std::size_t max_idle_services = 16;

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
        return make_error(ErrorCode::invalid_input, "The settings are not valid: " + details.front().path
                                                        + " " + details.front().message + ".");
    if (const auto* threads = parsed->get_object().if_contains("threads"))
        settings.threads = static_cast<int>(threads->get_int64());
    return settings;
}

Session::Session(const wfn_host& host, std::shared_ptr<const Definitions> definitions,
                 SessionSettings settings)
    : log_(host), definitions_(std::move(definitions)), user_agent_(user_agent_for(host)),
      thread_count_(settings.threads), io_(settings.threads), work_(io_.get_executor()),
      resolver_(std::make_unique<Resolver>()) {
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
    run->index_ = runs_.size();
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
    runs_.back()->index_ = run->index_;
    std::swap(runs_.at(run->index_), runs_.back());
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
    auto services = std::exchange(services_, {});
    lock.unlock();
    services.clear();
    work_.reset();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    resolver_.reset();
    return true;
}

bool Session::owns_this_thread() noexcept {
    return is_session_thread;
}

boost::asio::any_io_executor Session::new_strand() {
    // One thread is a strand already.
    return thread_count_ == 1 ? boost::asio::any_io_executor(io_.get_executor())
                              : boost::asio::any_io_executor(boost::asio::make_strand(io_));
}

Result<LiveConnection::Opened> Session::open(LiveConnection& connection) {
    return connection.opened([&](std::string_view text) { return open_text(connection.node(), text); });
}

Result<LiveConnection::Opened> Session::open_text(std::size_t node, std::string_view connection_json) {
    const std::pair digest(node, sha256(connection_json));
    {
        const std::lock_guard lock(mutex_);
        const auto known = known_connections_.find(digest);
        if (known != known_connections_.end())
            if (auto service = known->second.service.lock())
                return LiveConnection::Opened{with_key_of(connection_json, known->second.without_key),
                                              std::move(service)};
    }
    const auto& definition = *definitions_->nodes.at(node);
    auto connection = read_connection(connection_json, definitions_->connection, definition.binding_rules,
                                      definition.built_in_binding);
    if (!connection)
        return connection.error();
    auto service = service_for(**connection);
    if (auto kept = without_key(**connection)) {
        const std::lock_guard lock(mutex_);
        if (known_connections_.size() >= max_idle_services)
            known_connections_.clear();
        known_connections_.insert_or_assign(digest, KnownConnection{std::move(*kept), service});
    }
    return LiveConnection::Opened{std::move(*connection), std::move(service)};
}

std::shared_ptr<ApiService> Session::service_for(const Connection& connection) {
    const auto key = service_key(connection);
    const std::lock_guard lock(mutex_);
    if (const auto known = services_.find(key); known != services_.end())
        return known->second;
    if (services_.size() >= max_idle_services)
        std::erase_if(services_, [](const auto& entry) { return entry.second.use_count() == 1; });
    auto service = std::make_shared<ApiService>(
        io_, *resolver_, connection, user_agent_, submits_of(account_key(connection)),
        [this, key] { boost::asio::post(io_, [this, key] { wake_runs_of(key); }); });
    services_.emplace(key, service);
    return service;
}

void Session::wake_runs_of(const std::string& service) {
    std::shared_ptr<const ApiService> known;
    std::vector<std::shared_ptr<Run>> live;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = services_.find(service);
        if (entry == services_.end())
            return;
        known = entry->second;
        live = runs_;
    }
    for (const auto& run : live)
        run->service_is_back(known);
}

// Under the mutex. A count goes only when there is nothing in it: an idle account has spent what it has
// spent.
std::shared_ptr<SubmitBudget> Session::submits_of(const std::string& account) {
    if (submits_.size() >= max_idle_services)
        std::erase_if(submits_, [now = std::chrono::steady_clock::now()](const auto& entry) {
            return entry.second.use_count() == 1 && entry.second->is_empty(now);
        });
    auto& submits = submits_[account];
    if (submits == nullptr)
        submits = std::make_shared<SubmitBudget>();
    return submits;
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
